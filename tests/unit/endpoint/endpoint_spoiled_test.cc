#include <gtest/gtest.h>
#include <paceline/endpoint.h>
#include <simdjson.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "raw_client.h"
#include "sent_events.h"
#include "visitor.h"

// The faults of generated text: filtered contents, errors within streams, and output that is no
// JSON.

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

constexpr const char* completion_path = "/v1/completions";
constexpr const char* response_path = "/v1/responses";
constexpr const char* message_path = "/v1/messages";

/// A short request for text to any of the APIs, with further members.
std::string request_for(const std::string& more = "") {
  return R"({"model":"m","max_tokens":100,"prompt":"a","input":"a",)"
         R"("messages":[{"role":"user","content":"a"}])" +
         more + "}";
}

class EndpointSpoiled : public testing::Test {
 protected:
  void start(Fault fault) { begin({.shares = {{fault}}}); }
  void begin(FaultOptions faults) {
    EndpointOptions options = at_once();
    options.faults = std::move(faults);
    endpoint_ = started(std::move(options));
    visitor_ = std::make_unique<Visitor>(*endpoint_);
  }
  dom::element ask(const char* path, const std::string& more = "") {
    EXPECT_EQ(visitor_->post(path, request_for(more)), 200) << visitor_->body;
    return parser_.parse(visitor_->body);
  }
  std::vector<SentEvent> stream(const char* path, const std::string& more = "") {
    EXPECT_EQ(visitor_->post(path, request_for(R"(,"stream":true)" + more)), 200);
    return sent_events(visitor_->body);
  }
  std::uint64_t metric(const std::string& name) {
    EXPECT_EQ(visitor_->get("/metrics"), 200);
    const auto place = visitor_->body.find("\n" + name + " ");
    if (place == std::string::npos) return ADD_FAILURE() << name << " in " << visitor_->body, 0;
    return std::stoull(visitor_->body.substr(place + name.size() + 2));
  }

  std::unique_ptr<Endpoint> endpoint_;
  std::unique_ptr<Visitor> visitor_;
  dom::parser parser_;
};

constexpr const char* half_the_words = "one line keeps its pace and holds it";

TEST_F(EndpointSpoiled, ResponsesAreFiltered) {
  start(Fault::content_filter);
  auto choice = ask(chat_path)["choices"].at(0);
  EXPECT_EQ(std::string_view(choice["finish_reason"]), "content_filter");
  EXPECT_EQ(std::string_view(choice["message"]["content"]), half_the_words);
  choice = ask(completion_path)["choices"].at(0);
  EXPECT_EQ(std::string_view(choice["finish_reason"]), "content_filter");
  const auto message = ask(message_path);
  EXPECT_EQ(std::string_view(message["stop_reason"]), "refusal");
  EXPECT_EQ(std::int64_t(message["usage"]["output_tokens"]), 8);
  const auto response = ask(response_path);
  EXPECT_EQ(std::string_view(response["status"]), "incomplete");
  EXPECT_EQ(std::string_view(response["incomplete_details"]["reason"]), "content_filter");
}

TEST_F(EndpointSpoiled, StreamsAreFiltered) {
  start(Fault::content_filter);
  auto events = stream(chat_path);
  ASSERT_EQ(events.size(), 1U + 8 + 2);
  EXPECT_NE(events[9].data.find(R"("finish_reason":"content_filter")"), std::string::npos);
  events = stream(message_path);
  ASSERT_EQ(events.size(), 3U + 8 + 3);
  EXPECT_NE(events[12].data.find(R"("stop_reason":"refusal")"), std::string::npos);
  events = stream(response_path);
  ASSERT_EQ(events.size(), 4U + 8 + 4);
  EXPECT_EQ(events.back().name, "response.incomplete");
  EXPECT_NE(events.back().data.find(R"({"reason":"content_filter"})"), std::string::npos);
}

TEST_F(EndpointSpoiled, ALimitIsNoReasonOfAFilteredResponse) {
  start(Fault::content_filter);
  const auto choice = ask(chat_path, R"(,"max_completion_tokens":3)")["choices"].at(0);
  EXPECT_EQ(std::string_view(choice["finish_reason"]), "content_filter");
  EXPECT_EQ(std::string_view(choice["message"]["content"]), "one line");
}

TEST_F(EndpointSpoiled, StreamsEndWithAnError) {
  start(Fault::error_event);
  for (const char* path : {chat_path, completion_path}) {
    const auto events = stream(path);
    ASSERT_EQ(events.size(), (path == chat_path ? 1U : 0U) + 8 + 1);
    EXPECT_TRUE(events.back().data.starts_with(R"({"error":{"message":"The engine is )"));
    EXPECT_EQ(visitor_->body.find("[DONE]"), std::string::npos);
  }
  auto events = stream(message_path);
  ASSERT_EQ(events.size(), 3U + 8 + 1);
  EXPECT_EQ(events.back().name, "error");
  dom::element data = parser_.parse(events.back().data);
  EXPECT_EQ(std::string_view(data["type"]), "error");
  EXPECT_EQ(std::string_view(data["error"]["type"]), "overloaded_error");
  events = stream(response_path);
  ASSERT_EQ(events.size(), 4U + 8 + 1);
  EXPECT_EQ(events.back().name, "error");
  data = parser_.parse(events.back().data);
  EXPECT_EQ(std::string_view(data["type"]), "error");
  EXPECT_EQ(std::string_view(data["code"]), "server_error");
  EXPECT_EQ(std::int64_t(data["sequence_number"]), 12);
  EXPECT_EQ(metric(R"(vllm:generation_tokens_total{model_name="paceline"})"), 4 * 8U);
  EXPECT_EQ(metric(R"(vllm:request_success_total{model_name="paceline",finished_reason="stop"})"),
            0U);
}

TEST_F(EndpointSpoiled, WholeResponsesAreErrorsWithStatus200) {
  start(Fault::error_event);
  EXPECT_EQ(std::string_view(ask(chat_path)["error"]["type"]), "server_error");
  EXPECT_EQ(std::string_view(ask(message_path)["error"]["type"]), "overloaded_error");
  EXPECT_EQ(metric(R"(vllm:generation_tokens_total{model_name="paceline"})"), 0U);
  EXPECT_EQ(visitor_->post("/v1/embeddings", R"({"model":"m","input":"a"})"), 200);
  EXPECT_NE(visitor_->body.find("embedding"), std::string::npos);
}

bool is_json(std::string_view text) {
  dom::parser parser;
  return parser.parse(simdjson::padded_string(text)).error() == simdjson::SUCCESS;
}

constexpr const char* with_format =
    R"(,"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"integer"}}})";
constexpr const char* with_tool =
    R"(,"tools":[{"type":"function","function":{"name":"a"}}],"tool_choice":"required")";
constexpr const char* with_message_tool =
    R"(,"tools":[{"name":"a","input_schema":{"type":"object"}}],"tool_choice":{"type":"any"})";

TEST_F(EndpointSpoiled, OutputIsNoJson) {
  for (const bool is_broken : {true, false}) {
    begin(is_broken ? FaultOptions{.shares = {{Fault::bad_output}}} : FaultOptions{});
    auto choice = ask(chat_path, with_format)["choices"].at(0);
    EXPECT_EQ(is_json(std::string_view(choice["message"]["content"])), !is_broken);
    choice = ask(chat_path, with_tool)["choices"].at(0);
    EXPECT_EQ(std::string_view(choice["finish_reason"]), "tool_calls");
    const auto call = choice["message"]["tool_calls"].at(0);
    EXPECT_EQ(is_json(std::string_view(call["function"]["arguments"])), !is_broken);
    const auto block = ask(message_path, with_message_tool)["content"].at(0);
    EXPECT_EQ(block["input"].is_object(), !is_broken);
    const auto events = stream(message_path, with_message_tool);
    EXPECT_EQ(events[3].data.find(R"("partial_json":"{}")") != std::string::npos, !is_broken)
        << events[3].data;
  }
}

TEST_F(EndpointSpoiled, WordsStayAsTheyAreWithoutJson) {
  start(Fault::bad_output);
  const auto choice = ask(chat_path)["choices"].at(0);
  EXPECT_EQ(std::string_view(choice["finish_reason"]), "stop");
  EXPECT_TRUE(std::string_view(choice["message"]["content"]).starts_with(half_the_words));
}

TEST(EndpointOverload, Is529ForMessages) {
  EndpointOptions options = at_once();
  options.concurrency = 1;
  options.queue = 0;
  options.latency = std::chrono::hours(1);
  const auto endpoint = started(std::move(options));
  RawClient first(*endpoint);
  first.post(chat_path, request_for());
  Visitor visitor(*endpoint);
  while (visitor.get("/metrics") == 200 &&
         visitor.body.find("num_requests_running{model_name=\"paceline\"} 1") ==
             std::string::npos) {
  }
  EXPECT_EQ(visitor.post(message_path, request_for()), 529);
  EXPECT_NE(visitor.body.find("overloaded_error"), std::string::npos);
  EXPECT_NE(visitor.headers.find("Retry-After: 1"), std::string::npos);
  EXPECT_EQ(visitor.post(chat_path, request_for()), 503);
}

}  // namespace
}  // namespace paceline::endpoint
