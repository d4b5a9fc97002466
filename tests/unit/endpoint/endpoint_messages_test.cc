#include <gtest/gtest.h>
#include <paceline/endpoint.h>
#include <simdjson.h>

#include <chrono>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "sent_events.h"
#include "visitor.h"

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

constexpr const char* messages_path = "/v1/messages";
constexpr const char* message_request =
    R"({"model":"m","max_tokens":100,"messages":[{"role":"user","content":"a"}]})";
constexpr const char* message_stream_request =
    R"({"model":"m","max_tokens":100,"stream":true,"messages":[{"role":"user","content":"a"}]})";

/// The type of an error in Anthropic's form; empty if the body has another form.
std::string anthropic_error_type(const Visitor& visitor) {
  simdjson::dom::parser parser;
  simdjson::dom::element body;
  if (parser.parse(visitor.body).get(body) != simdjson::SUCCESS) return {};
  std::string_view kind;
  std::string_view type;
  if (body["type"].get(kind) != simdjson::SUCCESS || kind != "error") return {};
  return body["error"]["type"].get(type) == simdjson::SUCCESS ? std::string(type) : std::string();
}

TEST(EndpointMessages, AnswersWhole) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  ASSERT_EQ(visitor.post(messages_path, message_request), 200);
  EXPECT_NE(visitor.headers.find("Content-Type: application/json\r\n"), std::string::npos);
  simdjson::dom::parser parser;
  const simdjson::dom::element response = parser.parse(visitor.body);
  EXPECT_EQ(std::string_view(response["type"]), "message");
  EXPECT_EQ(std::string_view(response["model"]), "m");
  EXPECT_EQ(std::int64_t(response["usage"]["output_tokens"]), 16);
}

TEST(EndpointMessages, CountsCachedTokensApart) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  const std::string request =
      R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":")" +
      std::string(1'000, 's') + R"("}]})";
  ASSERT_EQ(visitor.post(messages_path, request), 200);
  EXPECT_NE(visitor.body.find(R"("input_tokens":256,)"), std::string::npos) << visitor.body;
  ASSERT_EQ(visitor.post(messages_path, request), 200);
  EXPECT_NE(visitor.body.find(R"("input_tokens":16,)"), std::string::npos) << visitor.body;
  EXPECT_NE(visitor.body.find(R"("cache_read_input_tokens":240,)"), std::string::npos);
}

TEST(EndpointMessages, StreamsAndRecordsTokens) {
  EndpointOptions options = at_once();
  options.latency = 20ms;
  options.token_time = 2ms;
  options.record_arrivals = 1;
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  ASSERT_EQ(visitor.post(messages_path, message_stream_request), 200);
  EXPECT_NE(visitor.headers.find("Content-Type: text/event-stream; charset=utf-8\r\n"),
            std::string::npos);
  const auto events = sent_events(visitor.body);
  ASSERT_EQ(events.size(), 3U + 16 + 3);
  EXPECT_EQ(events.front().name, "message_start");
  for (std::size_t i = 3; i < 3 + 16; ++i) EXPECT_EQ(events[i].name, "content_block_delta");
  EXPECT_EQ(events.back().name, "message_stop");
  EXPECT_EQ(visitor.body.find("[DONE]"), std::string::npos);
  const auto arrival = endpoint->record().at(0);
  EXPECT_EQ(arrival.due - arrival.arrived, 20ms + 15 * 2ms);
  EXPECT_EQ(arrival.content_events, 16U);
  ASSERT_EQ(visitor.get("/metrics"), 200);
  EXPECT_NE(visitor.body.find(R"(vllm:generation_tokens_total{model_name="paceline"} 16)"),
            std::string::npos)
      << visitor.body;
}

TEST(EndpointMessages, AreRefusedInTheFormOfAnthropic) {
  EndpointOptions options = at_once();
  options.rpm_limit = 1;
  const auto endpoint = started(std::move(options));
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post(messages_path, R"({"model":"m","messages":[{}]})"), 400);
  EXPECT_EQ(visitor.body, R"({"type":"error","error":{"type":"invalid_request_error",)"
                          R"("message":"max_tokens: Field required"}})");
  EXPECT_EQ(visitor.post("/v1/messages/none", "{}"), 404);
  EXPECT_EQ(anthropic_error_type(visitor), "not_found_error");
  EXPECT_EQ(visitor.post("/v1/messagesnone", "{}"), 404);
  EXPECT_EQ(anthropic_error_type(visitor), "");
  EXPECT_EQ(visitor.post(messages_path, std::string((16U << 20U) + 1, ' ')), 413);
  EXPECT_EQ(anthropic_error_type(visitor), "request_too_large");
  EXPECT_EQ(visitor.post(messages_path, message_request), 200);
  EXPECT_EQ(visitor.post(messages_path, message_stream_request), 429);
  EXPECT_EQ(anthropic_error_type(visitor), "rate_limit_error");
  EXPECT_NE(visitor.headers.find("Retry-After: "), std::string::npos);
  EXPECT_EQ(visitor.post(chat_path, chat_request), 429);
  EXPECT_EQ(anthropic_error_type(visitor), "");
  EXPECT_EQ(visitor.get(messages_path), 405);
  EXPECT_EQ(anthropic_error_type(visitor), "invalid_request_error");
}

TEST(EndpointMessages, TakeTheirKeyFromThreeFields) {
  EndpointOptions options = at_once();
  options.required_key = "right";
  const auto endpoint = started(std::move(options));
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post(messages_path, message_request), 401);
  EXPECT_EQ(anthropic_error_type(visitor), "authentication_error");
  visitor.header("x-api-key: wrong");
  EXPECT_EQ(visitor.post(messages_path, message_request), 401);
  EXPECT_EQ(anthropic_error_type(visitor), "authentication_error");
  for (const char* field : {"x-api-key: right", "api-key: right", "Authorization: Bearer right"}) {
    visitor.header(field);
    EXPECT_EQ(visitor.post(messages_path, message_request), 200) << field;
    EXPECT_EQ(visitor.post(chat_path, chat_request), 200) << field;
  }
}

TEST(EndpointMessages, HaveFaults) {
  for (const auto& [fault, status, type] : {std::tuple{Fault::http_500, 500L, "api_error"},
                                            {Fault::http_503, 529L, "overloaded_error"}}) {
    EndpointOptions options = at_once();
    options.faults.shares = {{fault, 1}};
    const auto endpoint = started(std::move(options));
    Visitor visitor(*endpoint);
    EXPECT_EQ(visitor.post(messages_path, message_stream_request), status);
    EXPECT_EQ(anthropic_error_type(visitor), type);
  }
  EndpointOptions options = at_once();
  options.faults.shares = {{Fault::half_event, 1}};
  const auto endpoint = started(std::move(options));
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post(messages_path, message_stream_request), 200);
  EXPECT_TRUE(visitor.body.starts_with("event: message_start\n"));
  EXPECT_FALSE(visitor.body.ends_with("\n\n"));
  EXPECT_EQ(visitor.body.find("message_stop"), std::string::npos);
}

}  // namespace
}  // namespace paceline::endpoint
