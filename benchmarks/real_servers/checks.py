"""The checks of each server: what paceline measures, and what its result must hold."""

import json
from dataclasses import dataclass, replace
from typing import Callable, Optional

# Tokens that a request allows, and tokens of a prompt of token ids.
ALLOWED, PROMPT_IDS = 20, 32
# The vocabulary of SmolLM2; the endpoint takes any ids.
VOCABULARY = 49152
# A bounded answer, so that a small model cannot spend all tokens within one string.
CITY = {"type": "object", "properties": {"city": {"type": "string", "enum": ["Oslo", "Rome", "Bern"]},
                                         "large": {"type": "boolean"}},
        "required": ["city", "large"], "additionalProperties": False}
TOOLS = [{"type": "function", "function": {"name": "weather", "description": "The weather in a city",
                                           "parameters": CITY}}]
CALL = """Repeat exactly this text and nothing else:
<tool_call>
{"name": "weather", "arguments": {"city": "Rome", "large": true}}
</tool_call>"""
# Tokens that are enough for a tool call or for a structured response of this form.
ENOUGH = 160


@dataclass
class Check:
    workload: str
    name: str = ""                             # what the check adds to the workload
    flags: Callable = lambda files: ()         # flags of paceline, from the folder of TOOLS and CITY
    tokens: Optional[float] = None             # completion tokens per response, if that is certain
    most: int = ALLOWED                        # most completion tokens per response; 0: there are none
    prompt: Optional[int] = None               # prompt tokens per request, if that is certain
    finish: Optional[str] = None               # the counter that must be 1
    whole: tuple = ()                          # further counters that must be 1
    turns: int = 0                             # turns of each session, whose cached tokens must grow

    @property
    def title(self):
        return f"{self.workload}, {self.name}" if self.name else self.workload


def problems(check, row, requests):
    """What is wrong with a row of paceline's result, in sentences; empty if nothing is."""
    def at(name):
        return row.get(name, 0)

    wrong = []
    if row.get("error_occurred"):
        return [f"the run failed: {row.get('error_message')}"]
    if at("errors") or at("status_200") != requests:
        wrong.append(f"{at('errors'):.0f} errors, {at('status_200'):.0f} of {requests} with status 200")
    if "events" in row.get("label", "") or "no tokens" in row.get("label", ""):
        wrong.append(f"label: {row['label']}")
    expected = ["tokens_in", *(("tokens_out", "tokens_per_request") if check.most else ())]
    if check.workload.endswith(("/stream", "/session")):
        expected += ["ttft_p50", "itl_p50", "tpot_p50"]
    wrong += [f"no {name}" for name in expected if at(name) <= 0]
    tokens = at("tokens_per_request")
    if check.tokens is not None and tokens != check.tokens:
        wrong.append(f"{tokens:g} tokens per response, not {check.tokens:g}")
    if tokens > check.most:
        wrong.append(f"{tokens:g} tokens per response, more than {check.most:g}")
    if check.prompt is not None and at("tokens_out") > 0:
        prompt = at("tokens_in") / at("tokens_out") * tokens
        if abs(prompt - check.prompt) > 1e-6:
            wrong.append(f"{prompt:g} prompt tokens, not {check.prompt}")
    cached = [at(f"turn{turn + 1}_cached_tokens") for turn in range(check.turns)]
    if any(later <= earlier for earlier, later in zip(cached, cached[1:])):
        wrong.append(f"cached tokens by turn: {', '.join(f'{tokens:g}' for tokens in cached)}")
    finishes = {name: row[name] for name in row if name.startswith("finish_") and row[name] > 0}
    if check.finish is not None and finishes != ({check.finish: 1} if check.finish else {}):
        wrong.append(f"finish reasons {finishes}, not {check.finish or 'stop'}")
    return wrong + [f"{name} is {row.get(name)}, not 1" for name in check.whole
                    if row.get(name) != 1]


def exact(workload, name="", flags=lambda files: (), **further):
    """A check whose responses have all tokens that they may have."""
    return Check(workload, name, flags, **({"tokens": ALLOWED, "finish": "finish_length"} | further))


def with_ids(**further):
    return [exact(workload, "token ids",
                  lambda files: (f"--paceline_prompt_ids={PROMPT_IDS}:{VOCABULARY}",),
                  prompt=PROMPT_IDS, **further)
            for workload in ("completions/complete", "completions/stream")]


def both(workload, *arguments, **further):
    return [exact(f"{workload}/{kind}", *arguments, **further) for kind in ("complete", "stream")]


def tools(workload, choice):
    """Checks of tool calls, with the field tool_choice that requires one."""
    return both(workload, "tools",
                lambda files: (f"--paceline_tools={files}/tools.json",
                               "--paceline_body=" + json.dumps({"tool_choice": choice})),
                tokens=None, most=ENOUGH, finish="finish_tool_calls", whole=("tool_calls_valid",))


def structured(files):
    return (f"--paceline_response_format={files}/city.json",)


# Checks of tool calls and of structured output in chat completions.
FORMED = [*tools("chat", "required"),
          *both("chat", "structured", structured, tokens=None, most=ENOUGH, finish="",
                whole=("format_valid",))]
# As many users as requests are in flight, so that each session keeps its part of the server's cache.
SESSIONS = exact("chat/session", "4 turns",
                 lambda files: ("--paceline_turns=4", "--paceline_users=4"), turns=4)
EMBEDDINGS = Check("embeddings/create", most=0)
MESSAGES = [*both("messages"), *tools("messages", {"type": "any"})]
COMMON = [*both("chat"), *FORMED, *both("completions"), *with_ids()]


def on_llama(check):
    """The check for a real model, which may end before its limit. A grammar ends an answer itself. The
    server's form of the Messages API has no ignore_eos. Even if a call is required, the server allows
    any text before the call. So small a model calls a tool only if the prompt contains the call."""
    if check.name == "tools":
        return replace(check, flags=lambda files: (*check.flags(files), f"--paceline_prompt={CALL}",
                                                   "--paceline_nonce=none", "--paceline_temperature=0"))
    if check.workload.startswith("messages"):
        return replace(check, tokens=None, finish=None)
    if check.finish == "finish_length":
        return replace(check, flags=lambda files: (*check.flags(files), "--paceline_ignore_eos"))
    return check


CHECKS = {
    "llama.cpp": [on_llama(check) for check in [*COMMON, SESSIONS, *MESSAGES]],
    "LiteLLM": [*COMMON, *MESSAGES, EMBEDDINGS],
    # The gateway has no Messages API for servers in OpenAI's form.
    "Portkey": [*COMMON, EMBEDDINGS],
    # LitServe's specification knows no reason but "stop".
    "LitServe": both("chat", finish=""),
}
