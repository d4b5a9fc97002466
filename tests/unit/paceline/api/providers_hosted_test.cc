// Shapes of responses as the providers document them. docs/apis.md has a row for each provider.

#include "providers.h"

namespace paceline::api {
namespace {

TEST(ProvidersTest, Anthropic) {
  const std::vector<std::string> thinking{
      typed_event(R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":)"
                  R"("assistant","content":[],"model":"claude-sonnet-4-5","stop_reason":null,)"
                  R"("usage":{"input_tokens":25,"cache_creation_input_tokens":4,)"
                  R"("cache_read_input_tokens":100,"output_tokens":1}}})"),
      typed_event(R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking",)"
                  R"("thinking":"","signature":""}})"),
      typed_event(R"({"type":"ping"})"),
      typed_event(R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta",)"
                  R"("thinking":"Let me see"}})"),
      typed_event(R"({"type":"content_block_delta","index":0,"delta":{"type":"signature_delta",)"
                  R"("signature":"EqQB"}})"),
      typed_event(R"({"type":"content_block_stop","index":0})")};
  std::vector<std::string> text = thinking;
  for (const char* data :
       {R"({"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}})",
        R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi"}})",
        R"({"type":"content_block_stop","index":1})",
        R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},)"
        R"("usage":{"output_tokens":15}})",
        R"({"type":"message_stop"})"}) {
    text.push_back(typed_event(data));
  }
  expect_stream(ApiKind::messages, text,
                {.events = 2, .first_answer = 2, .prompt = 129, .completion = 15, .cached = 100});
  std::vector<std::string> tool = thinking;
  for (const char* data :
       {R"({"type":"content_block_start","index":1,"content_block":{"type":"tool_use",)"
        R"("id":"toolu_1","name":"f","input":{}}})",
        R"({"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta",)"
        R"("partial_json":""}})",
        R"({"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta",)"
        R"("partial_json":"{\"a\": 1}"}})",
        R"({"type":"content_block_stop","index":1})",
        R"({"type":"message_delta","delta":{"stop_reason":"tool_use"},)"
        R"("usage":{"output_tokens":89}})",
        R"({"type":"message_stop"})"}) {
    tool.push_back(typed_event(data));
  }
  expect_stream(ApiKind::messages, tool,
                {.events = 3,
                 .first_answer = 2,
                 .prompt = 129,
                 .completion = 89,
                 .cached = 100,
                 .finish = Finish::tool_calls,
                 .tool_calls_valid = true});
  expect_outcome(
      whole(ApiKind::messages,
            R"({"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text",)"
            R"("text":"Hi"}],"model":"claude-sonnet-4-5","stop_reason":"max_tokens",)"
            R"("usage":{"input_tokens":10,"output_tokens":3}})"),
      {.prompt = 10, .completion = 3, .finish = Finish::length});
  expect_failure(whole(ApiKind::messages,
                       R"({"type":"error","error":{"type":"overloaded_error","message":)"
                       R"("Overloaded"},"request_id":"req_1"})",
                       529),
                 Failure::http_5xx, "Overloaded");
  Reading reading("/messages");
  reading.take(thinking).take({typed_event(
      R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})")});
  expect_failure(reading.finish(), Failure::http_5xx, "Overloaded");
}

TEST(ProvidersTest, Groq) {
  expect_stream(
      ApiKind::chat,
      {chunk(R"({"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null})",
             R"(,"x_groq":{"id":"req_1"})"),
       delta_chunk(R"({"reasoning":"Hm","channel":"analysis"})"),
       delta_chunk(R"({"content":"Hi"})"),
       chunk(R"({"index":0,"delta":{},"finish_reason":"stop"})",
             R"(,"x_groq":{"id":"req_1","usage":{"queue_time":0.02,"prompt_tokens":18,)"
             R"("prompt_time":0.001,"completion_tokens":5,"completion_time":0.01,)"
             R"("total_tokens":23}})"),
       done},
      {.events = 2, .first_answer = 2, .prompt = 18, .completion = 5});
  expect_failure(
      whole(
          ApiKind::chat,
          R"({"error":{"message":"Rate limit reached for model `m` in organization `o` on tokens )"
          R"(per minute (TPM): Limit 6000, Used 5900.","type":"tokens",)"
          R"("code":"rate_limit_exceeded"}})",
          429),
      Failure::http_429, "Rate limit reached");
}

TEST(ProvidersTest, Mistral) {
  expect_stream(
      ApiKind::chat,
      {delta_chunk(R"({"role":"assistant","content":""})"),
       delta_chunk(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]}]})"),
       delta_chunk(R"({"content":[{"type":"text","text":"Hi"}]})"),
       delta_chunk(R"({"content":"!"})"),
       chunk(R"({"index":0,"delta":{"content":""},"finish_reason":"length"})",
             R"(,"usage":{"prompt_tokens":16,"total_tokens":50,"completion_tokens":34})"),
       done},
      {.events = 3, .first_answer = 2, .prompt = 16, .completion = 34, .finish = Finish::length});
  expect_outcome(
      whole(ApiKind::chat,
            R"({"id":"1","object":"chat.completion","choices":[{"index":0,"message":{"role":)"
            R"("assistant","content":"Hi","tool_calls":null},"finish_reason":"model_length"}],)"
            R"("usage":{"prompt_tokens":16,"completion_tokens":4,"total_tokens":20}})"),
      {.prompt = 16, .completion = 4, .finish = Finish::length});
  expect_failure(
      whole(ApiKind::chat,
            R"({"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body",)"
            R"("stream_options"],"msg":"Extra inputs are not permitted"}]},)"
            R"("type":"invalid_request_error","code":null})",
            422),
      Failure::http_4xx, "body.stream_options: Extra inputs are not permitted");
}

TEST(ProvidersTest, DeepSeek) {
  expect_stream(
      ApiKind::chat,
      {": keep-alive\n\n",
       delta_chunk(R"({"role":"assistant","content":null,"reasoning_content":""})"),
       delta_chunk(R"({"content":null,"reasoning_content":"Hm"})"),
       delta_chunk(R"({"content":"Hi","reasoning_content":null})"),
       chunk(R"({"index":0,"delta":{"content":"","reasoning_content":null},)"
             R"("logprobs":null,"finish_reason":"stop"})",
             R"(,"usage":{"prompt_tokens":17,"completion_tokens":9,"total_tokens":26,)"
             R"("prompt_tokens_details":{"cached_tokens":8},"completion_tokens_details":)"
             R"({"reasoning_tokens":7},"prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":9})"),
       done},
      {.events = 2, .first_answer = 2, .prompt = 17, .completion = 9, .cached = 8, .reasoning = 7});
  // The model was interrupted for lack of resources.
  expect_outcome(
      whole(ApiKind::chat, R"({"choices":[{"finish_reason":"insufficient_system_resource",)"
                           R"("index":0,"message":{"content":"Hi"}}]})"),
      {.finish = Finish::other});
  expect_failure(whole(ApiKind::chat,
                       R"({"error":{"message":"Insufficient Balance","type":"unknown_error",)"
                       R"("param":null,"code":"invalid_request_error"}})",
                       402),
                 Failure::http_4xx, "Insufficient Balance");
}

TEST(ProvidersTest, Gemini) {
  // The usage is in every chunk, and the last one has no [DONE] in older versions.
  expect_stream(ApiKind::chat,
                {chunk(R"({"index":0,"delta":{"role":"assistant","content":"Hi"}})",
                       R"(,"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6})"),
                 chunk(R"({"index":0,"delta":{"role":"assistant","content":" there"},)"
                       R"("finish_reason":"stop"})",
                       R"(,"usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":20})")},
                {.events = 2, .prompt = 5, .completion = 3});
  expect_failure(
      whole(
          ApiKind::chat,
          R"([{"error":{"code":429,"message":"You exceeded your current quota.","status":)"
          R"("RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo",)"
          R"("retryDelay":"34s"}]}}])",
          429),
      Failure::http_429, "You exceeded your current quota.");
  expect_failure(
      whole(ApiKind::chat, R"([{"error":{"code":503,"message":"The model is overloaded.",)"
                           R"("status":"UNAVAILABLE"}}])"),
      Failure::http_5xx, "The model is overloaded.");
}

}  // namespace
}  // namespace paceline::api
