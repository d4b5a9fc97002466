"""Runs LitServe with its OpenAI specification on the port that the first argument names. A response
has as many words as the request allows, and each word is a token of the usage."""

import sys
import time

import litserve

SECONDS_A_TOKEN = 0.002
TOKENS_WITHOUT_LIMIT = 16


class Words(litserve.LitAPI):
    def setup(self, device):
        """There is no model to load."""

    def decode_request(self, request):
        prompt = " ".join(str(message.content) for message in request.messages)
        limit = request.max_completion_tokens or request.max_tokens or TOKENS_WITHOUT_LIMIT
        return len(prompt.split()), limit, request.stream

    def predict(self, asked):
        prompt_tokens, limit, is_streamed = asked
        for count in range(1, limit + 1):
            time.sleep(SECONDS_A_TOKEN)
            # The server sums the usage of all outputs of a whole response, and takes the last usage
            # of a stream.
            if is_streamed:
                yield prompt_tokens, count
            else:
                yield prompt_tokens if count == 1 else 0, 1

    def encode_response(self, output):
        for prompt_tokens, tokens in output:
            yield {"role": "assistant", "content": "word ", "prompt_tokens": prompt_tokens,
                   "completion_tokens": tokens, "total_tokens": prompt_tokens + tokens}


if __name__ == "__main__":
    server = litserve.LitServer(Words(spec=litserve.OpenAISpec()), accelerator="cpu")
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False)
