// Shapes of responses as the servers document them. docs/apis.md has a row for each server.

#include "providers.h"

namespace paceline::api {
namespace {

TEST(ProvidersTest, Vllm) {
  expect_stream(
      ApiKind::chat,
      {delta_chunk(R"({"role":"assistant","content":""})"),
       delta_chunk(R"({"reasoning_content":"Hm"})"), delta_chunk(R"({"content":"Hi"})"),
       chunk(R"({"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"length",)"
             R"("stop_reason":null})"),
       chunk("", R"(,"usage":{"prompt_tokens":8,"total_tokens":12,"completion_tokens":4})"), done},
      {.events = 2, .first_answer = 2, .prompt = 8, .completion = 4, .finish = Finish::length});
  expect_stream(
      ApiKind::completions,
      {event(
           R"({"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":)"
           R"([{"index":0,"text":" a","logprobs":null,"finish_reason":null,"stop_reason":null}]})"),
       event(
           R"({"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":)"
           R"([{"index":0,"text":" b","logprobs":null,"finish_reason":"stop","stop_reason":2}]})"),
       event(R"({"id":"cmpl-1","object":"text_completion","choices":[],"usage":)"
             R"({"prompt_tokens":5,"total_tokens":7,"completion_tokens":2}})"),
       done},
      {.events = 2, .prompt = 5, .completion = 2});
  expect_failure(
      whole(ApiKind::chat,
            R"({"object":"error","message":"This model's maximum context length is 4096 )"
            R"(tokens.","type":"BadRequestError","param":null,"code":400})",
            400),
      Failure::http_4xx, "maximum context length");
  Reading reading("/chat/completions");
  reading.take({event(R"({"error":{"object":"error","message":"EngineCore died","type":)"
                      R"("InternalServerError","param":null,"code":500}})")});
  expect_failure(reading.finish(), Failure::http_5xx, "EngineCore died");
}

TEST(ProvidersTest, LlamaCpp) {
  expect_stream(
      ApiKind::chat,
      {delta_chunk(R"({"role":"assistant","content":null})"), delta_chunk(R"({"content":"Hi"})"),
       chunk(R"({"finish_reason":"stop","index":0,"delta":{}})"),
       chunk("", R"(,"usage":{"completion_tokens":2,"prompt_tokens":11,"total_tokens":13},)"
                 R"("timings":{"cache_n":3,"prompt_n":8,"predicted_n":2,"predicted_ms":20.5})"),
       done},
      {.events = 1, .prompt = 11, .completion = 2});
  expect_outcome(
      whole(ApiKind::messages,
            R"({"id":"chatcmpl-1","type":"message","role":"assistant","content":[{"type":)"
            R"("tool_use","id":"t1","name":"f","input":{"a":1}}],"model":"m","stop_reason":)"
            R"("tool_use","stop_sequence":null,"usage":{"input_tokens":11,"output_tokens":2}})"),
      {.prompt = 11, .completion = 2, .finish = Finish::tool_calls, .tool_calls_valid = true});
  expect_failure(whole(ApiKind::chat,
                       R"({"error":{"code":503,"message":"Loading model","type":)"
                       R"("unavailable_error"}})",
                       503),
                 Failure::http_5xx, "Loading model");
}

TEST(ProvidersTest, Ollama) {
  expect_stream(
      ApiKind::chat,
      {delta_chunk(R"({"role":"assistant","content":"","reasoning":"Hm"})"),
       delta_chunk(R"({"role":"assistant","content":"Hi"})"),
       chunk(R"({"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"})"),
       chunk("", R"(,"usage":{"prompt_tokens":26,"completion_tokens":8,"total_tokens":34})"), done},
      {.events = 2, .first_answer = 2, .prompt = 26, .completion = 8});
  // A call comes whole, in one chunk.
  expect_stream(
      ApiKind::chat,
      {delta_chunk(R"({"role":"assistant","content":"","tool_calls":[{"id":"call_1","index":0,)"
                   R"("type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]})"),
       chunk(R"({"index":0,"delta":{"role":"assistant","content":""},)"
             R"("finish_reason":"tool_calls"})"),
       done},
      {.events = 1, .finish = Finish::tool_calls, .tool_calls_valid = true});
  expect_failure(whole(ApiKind::chat,
                       R"({"error":{"message":"model \"m\" not found, try pulling it first",)"
                       R"("type":"api_error","param":null,"code":null}})",
                       404),
                 Failure::http_4xx, "not found, try pulling it first");
}

TEST(ProvidersTest, TextGenerationInference) {
  expect_stream(
      ApiKind::chat,
      {event(R"({"object":"chat.completion.chunk","id":"","created":1,"model":"m",)"
             R"("system_fingerprint":"3.0.0","choices":[{"index":0,"delta":{"role":"assistant",)"
             R"("content":"Hi"},"logprobs":null,"finish_reason":null}],"usage":null})"),
       event(R"({"object":"chat.completion.chunk","id":"","created":1,"model":"m",)"
             R"("system_fingerprint":"3.0.0","choices":[{"index":0,"delta":{"role":"assistant",)"
             R"("content":"!"},"logprobs":null,"finish_reason":"eos_token"}],"usage":null})"),
       chunk("", R"(,"usage":{"prompt_tokens":14,"completion_tokens":2,"total_tokens":16})"), done},
      {.events = 2, .prompt = 14, .completion = 2});
  expect_failure(
      whole(ApiKind::chat, R"({"error":"Model is overloaded","error_type":"overloaded"})", 429),
      Failure::http_429, "Model is overloaded");
  Reading reading("/chat/completions");
  reading.take(
      {event(R"({"error":"Request failed during generation","error_type":"generation"})")});
  expect_failure(reading.finish(), Failure::bad_response, "Request failed during generation");
}

TEST(ProvidersTest, LiteLlm) {
  expect_stream(
      ApiKind::chat,
      {chunk(R"({"index":0,"delta":{"content":"Hi","role":"assistant"}})"),
       chunk(R"({"finish_reason":"stop","index":0,"delta":{}})"),
       chunk(R"({"index":0,"delta":{}})",
             R"(,"usage":{"completion_tokens":2,"prompt_tokens":9,"total_tokens":11,)"
             R"("completion_tokens_details":null,"prompt_tokens_details":{"audio_tokens":null,)"
             R"("cached_tokens":4},"cache_creation_input_tokens":0,"cache_read_input_tokens":4})"),
       done},
      {.events = 1, .prompt = 9, .completion = 2, .cached = 4});
  expect_failure(
      whole(
          ApiKind::chat,
          R"({"error":{"message":"litellm.RateLimitError: RateLimitError: OpenAIException - slow )"
          R"(down","type":"throttling_error","param":null,"code":"429"}})",
          429),
      Failure::http_429, "litellm.RateLimitError");
}

}  // namespace
}  // namespace paceline::api
