// Shapes of responses as the providers document them. docs/apis.md has a row for each provider.

#include "providers.h"

namespace paceline::api {
namespace {

TEST(ProvidersTest, OpenAiChat) {
  const std::string head =
      R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-5-mini",)"
      R"("service_tier":"default","system_fingerprint":"fp_1","choices":[)";
  expect_stream(
      ApiKind::chat,
      {event(head + R"({"index":0,"delta":{"role":"assistant","content":"","refusal":null},)"
                    R"("logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x"})"),
       event(head + R"({"index":0,"delta":{"content":"Hello"},"logprobs":null,)"
                    R"("finish_reason":null}],"usage":null,"obfuscation":"abc"})"),
       event(head + R"({"index":0,"delta":{"content":"!"},"logprobs":null,)"
                    R"("finish_reason":null}],"usage":null,"obfuscation":"de"})"),
       event(head + R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],)"
                    R"("usage":null})"),
       event(head + R"(],"usage":{"prompt_tokens":19,"completion_tokens":74,"total_tokens":93,)"
                    R"("prompt_tokens_details":{"cached_tokens":5,"audio_tokens":0},)"
                    R"("completion_tokens_details":{"reasoning_tokens":64,"audio_tokens":0,)"
                    R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}})"),
       event("[DONE]")},
      {.events = 2, .prompt = 19, .completion = 74, .cached = 5, .reasoning = 64});
  expect_outcome(
      whole(ApiKind::chat,
            R"({"id":"chatcmpl-1","object":"chat.completion","choices":[{"index":0,"message":)"
            R"({"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function",)"
            R"("function":{"name":"f","arguments":"{\"city\":\"Paris\"}"}}],"refusal":null},)"
            R"("finish_reason":"tool_calls"}],"usage":{"prompt_tokens":82,"completion_tokens":17,)"
            R"("total_tokens":99,"prompt_tokens_details":{"cached_tokens":0},)"
            R"("completion_tokens_details":{"reasoning_tokens":0}}})"),
      {.prompt = 82,
       .completion = 17,
       .cached = 0,
       .reasoning = 0,
       .finish = Finish::tool_calls,
       .tool_calls_valid = true});
  expect_failure(
      whole(
          ApiKind::chat,
          R"({"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this )"
          R"(model. Use 'max_completion_tokens' instead.","type":"invalid_request_error",)"
          R"("param":"max_tokens","code":"unsupported_parameter"}})",
          400),
      Failure::http_4xx, "Unsupported parameter: 'max_tokens'");
}

TEST(ProvidersTest, OpenAiChatStreamsToolCalls) {
  const auto delta = [](const std::string& call) {
    return delta_chunk(R"({"tool_calls":[{"index":0,)" + call + "}]}");
  };
  const std::string end = chunk(R"({"index":0,"delta":{},"finish_reason":"tool_calls"})");
  const std::string name =
      delta(R"("id":"call_1","type":"function","function":{"name":"f","arguments":""})");
  expect_stream(ApiKind::chat,
                {name, delta(R"("function":{"arguments":"{\"a\""})"),
                 delta(R"("function":{"arguments":":1}"})"), end, done},
                {.events = 3, .finish = Finish::tool_calls, .tool_calls_valid = true});
  expect_stream(ApiKind::chat, {name, delta(R"("function":{"arguments":"{\"a\""})"), end, done},
                {.events = 2, .finish = Finish::tool_calls, .tool_calls_valid = false});
}

TEST(ProvidersTest, OpenAiResponses) {
  const std::string usage =
      R"("usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":3},)"
      R"("output_tokens":87,"output_tokens_details":{"reasoning_tokens":80},"total_tokens":123})";
  const std::string response =
      R"({"id":"resp_1","object":"response","status":"completed","error":null,)"
      R"("incomplete_details":null,"output":[{"id":"rs_1","type":"reasoning","summary":[]},)"
      R"({"id":"msg_1","type":"message","status":"completed","role":"assistant","content":)"
      R"([{"type":"output_text","text":"Hi there","annotations":[]}]}],)" +
      usage + "}";
  expect_stream(
      ApiKind::responses,
      {typed_event(
           R"({"type":"response.created","response":{"id":"resp_1","status":"in_progress"}})"),
       typed_event(R"({"type":"response.in_progress","response":{"id":"resp_1"}})"),
       typed_event(
           R"({"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning"}})"),
       typed_event(R"({"type":"response.reasoning_summary_text.delta","item_id":"rs_1",)"
                   R"("summary_index":0,"delta":"Thinking"})"),
       typed_event(
           R"({"type":"response.content_part.added","part":{"type":"output_text","text":""}})"),
       typed_event(R"({"type":"response.output_text.delta","item_id":"msg_1","delta":"Hi"})"),
       typed_event(R"({"type":"response.output_text.delta","item_id":"msg_1","delta":" there"})"),
       typed_event(R"({"type":"response.output_text.done","item_id":"msg_1","text":"Hi there"})"),
       typed_event(R"({"type":"response.completed","response":)" + response + "}")},
      {.events = 3,
       .first_answer = 2,
       .prompt = 36,
       .completion = 87,
       .cached = 3,
       .reasoning = 80});
  expect_outcome(whole(ApiKind::responses, response),
                 {.prompt = 36, .completion = 87, .cached = 3, .reasoning = 80});
  expect_outcome(
      whole(ApiKind::responses,
            R"({"id":"resp_1","status":"incomplete","error":null,"incomplete_details":)"
            R"({"reason":"max_output_tokens"},"output":[{"type":"function_call","name":"f",)"
            R"("arguments":"{\"a\":"}],"usage":{"input_tokens":3,"output_tokens":5}})"),
      {.prompt = 3, .completion = 5, .finish = Finish::length, .tool_calls_valid = false});
  expect_failure(
      whole(ApiKind::responses,
            R"({"id":"resp_1","status":"failed","output":[],"error":{"code":"server_error",)"
            R"("message":"The model failed to generate a response."}})"),
      Failure::http_5xx, "The model failed to generate a response.");
  Reading reading("/responses");
  reading.take(
      {typed_event(R"({"type":"error","code":"rate_limit_exceeded","message":"Slow down.",)"
                   R"("param":null})")});
  expect_failure(reading.finish(), Failure::http_429, "Slow down.");
}

TEST(ProvidersTest, Azure) {
  // The first event has only the verdict of the content filter.
  expect_stream(
      ApiKind::chat,
      {event(R"({"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":)"
             R"([{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false}}}]})"),
       delta_chunk(R"({"content":"Hi"})"),
       chunk(R"({"content_filter_results":{"violence":{"filtered":true,"severity":"medium"}},)"
             R"("delta":{},"finish_reason":"content_filter","index":0})"),
       done},
      {.events = 1, .finish = Finish::content_filter});
  expect_failure(
      whole(ApiKind::chat,
            R"({"error":{"message":"The response was filtered due to the prompt triggering Azure )"
            R"(OpenAI's content management policy.","type":null,"param":"prompt",)"
            R"("code":"content_filter","status":400,"innererror":{"code":)"
            R"("ResponsibleAIPolicyViolation"}}})",
            400),
      Failure::http_4xx, "content management policy");
  expect_failure(whole(ApiKind::chat,
                       R"({"statusCode":401,"message":"Access denied due to invalid )"
                       R"(subscription key."})",
                       401),
                 Failure::http_4xx, "invalid subscription key");
}

TEST(ProvidersTest, OpenRouter) {
  expect_stream(
      ApiKind::chat,
      {": OPENROUTER PROCESSING\n\n",
       delta_chunk(R"({"role":"assistant","content":"","reasoning":"Let me","reasoning_details":)"
                   R"([{"type":"reasoning.text","text":"Let me","index":0}]})"),
       delta_chunk(R"({"role":"assistant","content":"Hi","reasoning":null})"),
       chunk(R"({"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop",)"
             R"("native_finish_reason":"end_turn","logprobs":null})"),
       chunk("", R"(,"usage":{"prompt_tokens":12,"completion_tokens":9,"total_tokens":21,)"
                 R"("cost":0.0001,"prompt_tokens_details":{"cached_tokens":0},)"
                 R"("completion_tokens_details":{"reasoning_tokens":7}})"),
       done},
      {.events = 2, .first_answer = 2, .prompt = 12, .completion = 9, .cached = 0, .reasoning = 7});
  Reading reading("/chat/completions");
  reading.take({event(R"({"id":"gen-1","object":"chat.completion.chunk","choices":[{"index":0,)"
                      R"("delta":{"content":""},"finish_reason":"error"}],"error":{"code":502,)"
                      R"("message":"Provider disconnected"}})")});
  expect_failure(reading.finish(), Failure::http_5xx, "Provider disconnected");
  expect_failure(whole(ApiKind::chat,
                       R"({"error":{"message":"Provider returned error","code":429,"metadata":)"
                       R"({"raw":"model is temporarily rate-limited","provider_name":"X"}}})",
                       429),
                 Failure::http_429, "Provider returned error: model is temporarily rate-limited");
}

}  // namespace
}  // namespace paceline::api
