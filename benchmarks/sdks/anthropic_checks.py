"""The checks of Anthropic's SDK for Python."""

import anthropic
from pydantic import BaseModel

from samples import SCHEMA, WORDS, expect, expect_error, png

ASK = {"model": "claude", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}
TOOLS = {"tools": [{"name": "weather", "input_schema": SCHEMA}],
         "tool_choice": {"type": "tool", "name": "weather"}}


class Forecast(BaseModel):
    city: str
    days: int


def with_image(data):
    source = {"type": "base64", "media_type": "image/png", "data": data}
    return ASK | {"messages": [{"role": "user", "content": [{"type": "image", "source": source}]}]}


def checks(urls, key):
    """The checks by their names."""
    def client(name="plain", api_key=key):
        # The SDK adds /v1 itself.
        return anthropic.Anthropic(base_url=urls[name].removesuffix("/v1"), api_key=api_key,
                                   max_retries=0, timeout=20)

    messages = client().messages

    def whole():
        done = messages.create(**ASK)
        expect(done.content[0].text.startswith(WORDS) and done.stop_reason == "end_turn", done)
        expect(done.usage.output_tokens == 16, done.usage)

    def streamed(name="plain", events=16):
        with client(name).messages.stream(**ASK) as stream:
            texts = list(stream.text_stream)
            done = stream.get_final_message()
        expect("".join(texts) == done.content[0].text and len(texts) == events, texts)
        expect(done.usage.output_tokens == 16, done.usage)

    def tools():
        done = messages.create(**ASK, **TOOLS)
        expect(done.stop_reason == "tool_use" and done.content[0].name == "weather", done)
        Forecast.model_validate(done.content[0].input, strict=True)

    def tools_streamed():
        with messages.stream(**ASK, **TOOLS) as stream:
            pieces = [event.partial_json for event in stream if event.type == "input_json"]
            block = stream.get_final_message().content[0]
        expect(len(pieces) > 8, pieces)
        Forecast.model_validate(block.input, strict=True)

    def structured():
        done = messages.parse(**ASK, output_format=Forecast)
        expect(done.parsed_output.days == 0, done)

    def images():
        done = messages.create(**with_image(png(1024, 1024)))
        expect(765 < done.usage.input_tokens < 800, done.usage)

    def compressed():
        raw = client("compressed").messages.with_raw_response.create(**ASK)
        expect(raw.headers["content-encoding"] == "gzip", raw.headers)
        expect(raw.parse().content[0].text.startswith(WORDS), raw)
        streamed("compressed")

    def filtered():
        done = client("filtered").messages.create(**ASK)
        expect(done.stop_reason == "refusal", done)

    def models():
        expect([model.id for model in client().models.list()] == ["paceline"], "another list")

    def error_400():
        error = expect_error(anthropic.BadRequestError,
                             lambda: messages.create(**(ASK | {"messages": []})))
        expect(error.body["error"]["type"] == "invalid_request_error", error.body)

    def error_400_image():
        expect_error(anthropic.BadRequestError, lambda: messages.create(**with_image("YQ==")))

    def error_401():
        expect_error(anthropic.AuthenticationError,
                     lambda: client(api_key="wrong").messages.create(**ASK))

    def error_429():
        limited = client("limited_anthropic").messages
        expect_error(anthropic.RateLimitError, lambda: [limited.create(**ASK) for _ in range(3)])

    def error_529():
        error = expect_error(anthropic.InternalServerError,
                             lambda: client("overloaded").messages.create(**ASK), status_code=529)
        expect(error.body["error"]["type"] == "overloaded_error", error.body)

    def error_in_stream():
        call = client("failing").messages.create
        error = expect_error(anthropic.APIStatusError, lambda: list(call(**ASK, stream=True)))
        expect(error.body["error"]["type"] == "overloaded_error", error.body)

    return {
        "whole": whole, "streamed": streamed, "several tokens per event": lambda: streamed("batched", 6),
        "tools": tools, "tools, streamed": tools_streamed, "structured output": structured,
        "images": images, "gzip": compressed, "filtered": filtered,
        "models": models, "error 400": error_400, "error 400 for an image": error_400_image,
        "error 401": error_401, "error 429": error_429, "error 503 or 529": error_529,
        "error within a stream": error_in_stream}
