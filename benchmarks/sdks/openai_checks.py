"""The checks of OpenAI's SDK for Python."""

import openai
from pydantic import BaseModel

from samples import SCHEMA, WORDS, expect, expect_error, png

MODEL = "gpt-4o-mini"
ASK = [{"role": "user", "content": "Hello"}]
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA, "strict": True}}]
FLAT_TOOLS = [{"type": "function", "name": "weather", "parameters": SCHEMA, "strict": True}]


class Forecast(BaseModel):
    city: str
    days: int


def with_image(data):
    return [{"role": "user", "content": [{"type": "text", "text": "What is this?"},
                                         {"type": "image_url", "image_url": {"url": data}}]}]


def checks(urls, key):
    """The checks by their names."""
    def client(name="plain", api_key=key):
        return openai.OpenAI(base_url=urls[name], api_key=api_key, max_retries=0, timeout=20)

    plain = client()
    chat = plain.chat.completions
    responses = plain.responses

    def whole():
        done = chat.create(model=MODEL, messages=ASK)
        expect(done.choices[0].message.content.startswith(WORDS), done)
        expect(done.choices[0].finish_reason == "stop", done)
        expect(done.usage.completion_tokens == 16, done.usage)

    def streamed(name="plain", events=16):
        chunks = list(client(name).chat.completions.create(
            model=MODEL, messages=ASK, stream=True, stream_options={"include_usage": True}))
        texts = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
        texts = [text for text in texts if text]
        expect("".join(texts).startswith(WORDS) and len(texts) == events, texts)
        expect(chunks[-1].usage.completion_tokens == 16, chunks[-1])

    def usage_in_stream():
        options = {"include_usage": True, "continuous_usage_stats": True}
        chunks = list(client("batched").chat.completions.create(
            model=MODEL, messages=ASK, stream=True, stream_options=options))
        tokens = [chunk.usage.completion_tokens for chunk in chunks if chunk.usage]
        expect(tokens == [0, 3, 6, 9, 12, 15, 16, 16, 16], tokens)

    def tools():
        done = chat.create(model=MODEL, messages=ASK, tools=TOOLS, tool_choice="required")
        call = done.choices[0].message.tool_calls[0]
        expect(done.choices[0].finish_reason == "tool_calls", done)
        expect(call.function.name == "weather" and call.id.startswith("call_"), call)
        Forecast.model_validate_json(call.function.arguments, strict=True)

    def tools_streamed():
        with chat.stream(model=MODEL, messages=ASK, tools=TOOLS, tool_choice="required") as stream:
            pieces = [event for event in stream
                      if event.type == "tool_calls.function.arguments.delta"]
            message = stream.get_final_completion().choices[0].message
        expect(len(pieces) > 8, pieces)
        expect(message.tool_calls[0].function.parsed_arguments["days"] == 0, message)

    def structured():
        done = chat.parse(model=MODEL, messages=ASK, response_format=Forecast)
        expect(done.choices[0].message.parsed.days == 0, done)

    def images():
        done = chat.create(model=MODEL, messages=with_image("data:image/png;base64," + png(1024, 1024)))
        expect(765 < done.usage.prompt_tokens < 800, done.usage)

    def embeddings():
        done = plain.embeddings.create(model=MODEL, input=["a", "b"], dimensions=4)
        expect([len(one.embedding) for one in done.data] == [4, 4], done)

    def completions():
        done = plain.completions.create(model=MODEL, prompt=[1, 2, 3], max_tokens=4)
        expect(done.usage.prompt_tokens == 3 and done.choices[0].finish_reason == "length", done)
        texts = [chunk.choices[0].text for chunk in
                 plain.completions.create(model=MODEL, prompt="Hello", stream=True)]
        expect("".join(texts).startswith(WORDS), texts)

    def response():
        done = responses.create(model=MODEL, input="Hello")
        expect(done.output_text.startswith(WORDS) and done.status == "completed", done)

    def response_streamed():
        with responses.stream(model=MODEL, input="Hello") as stream:
            texts = [event.delta for event in stream if event.type == "response.output_text.delta"]
            done = stream.get_final_response()
        expect("".join(texts) == done.output_text and len(texts) == 16, texts)

    def response_tools():
        asked = {"model": MODEL, "input": "Hello", "tools": FLAT_TOOLS, "tool_choice": "required"}
        call = responses.create(**asked).output[0]
        expect(call.type == "function_call" and call.name == "weather", call)
        Forecast.model_validate_json(call.arguments, strict=True)
        with responses.stream(**asked) as stream:
            pieces = [event.delta for event in stream
                      if event.type == "response.function_call_arguments.delta"]
            call = stream.get_final_response().output[0]
        expect("".join(pieces) == call.arguments and len(pieces) > 8, pieces)

    def response_structured():
        done = responses.parse(model=MODEL, input="Hello", text_format=Forecast)
        expect(done.output_parsed.days == 0, done)

    def response_images():
        image = {"type": "input_image", "detail": "low",
                 "image_url": "data:image/png;base64," + png(64, 64)}
        done = responses.create(model=MODEL, input=[{"role": "user", "content": [image]}])
        expect(85 < done.usage.input_tokens < 100, done.usage)

    def compressed():
        call = client("compressed").chat.completions.with_raw_response.create
        raw = call(model=MODEL, messages=ASK)
        expect(raw.headers["content-encoding"] == "gzip", raw.headers)
        expect(raw.parse().choices[0].message.content.startswith(WORDS), raw)
        streamed("compressed")

    def filtered():
        done = client("filtered").chat.completions.create(model=MODEL, messages=ASK)
        expect(done.choices[0].finish_reason == "content_filter", done)
        done = client("filtered").responses.create(model=MODEL, input="Hello")
        expect(done.incomplete_details.reason == "content_filter", done)

    def models():
        expect([model.id for model in plain.models.list()] == ["paceline"], "another list")

    def error_400():
        error = expect_error(openai.BadRequestError,
                             lambda: chat.create(model=MODEL, messages=[]), code="empty_array")
        expect(error.param == "messages" and error.type == "invalid_request_error", error)

    def error_400_image():
        expect_error(openai.BadRequestError,
                     lambda: chat.create(model=MODEL, messages=with_image("data:image/png;base64,?")),
                     param="image_url")

    def error_401():
        expect_error(openai.AuthenticationError, client(api_key="wrong").models.list,
                     code="invalid_api_key")

    def error_429():
        limited = client("limited_openai").chat.completions
        error = expect_error(
            openai.RateLimitError,
            lambda: [limited.create(model=MODEL, messages=ASK) for _ in range(3)],
            code="rate_limit_exceeded")
        expect(int(error.response.headers["retry-after"]) > 0, error)

    def error_503():
        call = client("overloaded").chat.completions.create
        expect_error(openai.InternalServerError, lambda: call(model=MODEL, messages=ASK),
                     status_code=503)

    def error_in_stream():
        call = client("failing").chat.completions.create
        expect_error(openai.APIError, lambda: list(call(model=MODEL, messages=ASK, stream=True)),
                     type="server_error")

    return {
        "whole": whole, "streamed": streamed, "several tokens per event": lambda: streamed("batched", 6),
        "usage in each event": usage_in_stream, "tools": tools, "tools, streamed": tools_streamed,
        "structured output": structured, "images": images, "embeddings": embeddings,
        "completions": completions, "responses": response, "responses, streamed": response_streamed,
        "responses, tools": response_tools, "responses, structured output": response_structured,
        "responses, images": response_images, "gzip": compressed, "filtered": filtered,
        "models": models, "error 400": error_400, "error 400 for an image": error_400_image,
        "error 401": error_401, "error 429": error_429, "error 503 or 529": error_503,
        "error within a stream": error_in_stream}
