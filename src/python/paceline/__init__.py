"""paceline measures rate-limited HTTP and LLM APIs at the rate you set."""
