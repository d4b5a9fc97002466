#include <gtest/gtest.h>
#include <paceline/endpoint.h>
#include <simdjson.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "raw_client.h"
#include "sent_events.h"
#include "visitor.h"

// Requests of clients other than paceline.

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;
namespace dom = simdjson::dom;

constexpr const char* completions_path = "/v1/completions";

std::string header_of(const Visitor& visitor, const std::string& name) {
  const auto at = visitor.headers.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return visitor.headers.substr(begin, visitor.headers.find("\r\n", begin) - begin);
}

TEST(EndpointClients, FindItHealthyWhateverItDoesToRequests) {
  EndpointOptions options = at_once();
  options.latency = 1h;
  options.required_key = "k";
  options.record_arrivals = 10;
  options.faults.shares = {{Fault::http_500}};
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.get("/health"), 200);
  EXPECT_EQ(visitor.head("/health"), 200);
  EXPECT_EQ(endpoint->requests(), 0U);
  EXPECT_TRUE(endpoint->arrivals().empty());
}

TEST(EndpointClients, FindEveryModelTheyAskFor) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  dom::parser parser;
  for (const auto& [path, id] :
       {std::pair{"gpt-4o", "gpt-4o"},
        std::pair{"meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B"},
        std::pair{"a%20%22b%22", "a \"b\""}, std::pair{"%ff%c3%a9", "\ufffd\u00e9"}}) {
    ASSERT_EQ(visitor.get(std::string("/v1/models/") + path), 200);
    const dom::element model = parser.parse(visitor.body);
    EXPECT_EQ(std::string_view(model["id"]), id);
    EXPECT_EQ(std::string_view(model["object"]), "model");
    EXPECT_EQ(std::string_view(model["owned_by"]), "paceline");
    EXPECT_GT(std::int64_t(model["created"]), 1'700'000'000);
  }
  EXPECT_EQ(visitor.get("/v1/models/"), 404);
  EXPECT_EQ(visitor.post("/v1/models/m", "{}"), 405);
}

TEST(EndpointClients, GetCompletions) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  ASSERT_EQ(visitor.post(completions_path,
                         R"({"model":"m","prompt":["a\n","b"],"n":2,"echo":true,"max_tokens":2})"),
            200);
  dom::parser parser;
  const dom::element response = parser.parse(visitor.body);
  EXPECT_TRUE(std::string_view(response["id"]).starts_with("cmpl-"));
  EXPECT_EQ(std::string_view(response["object"]), "text_completion");
  EXPECT_EQ(std::string_view(response["model"]), "m");
  ASSERT_EQ(response["choices"].get_array().value().size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    const dom::element choice = response["choices"].at(i);
    EXPECT_EQ(std::size_t(std::uint64_t(choice["index"])), i);
    EXPECT_EQ(std::string_view(choice["text"]), i < 2 ? "a\none line" : "bone line");
    EXPECT_EQ(std::string_view(choice["finish_reason"]), "length");
    EXPECT_TRUE(choice["logprobs"].is_null());
  }
  EXPECT_EQ(std::int64_t(response["usage"]["prompt_tokens"]), 2);
  EXPECT_EQ(std::int64_t(response["usage"]["completion_tokens"]), 8);
  EXPECT_EQ(std::int64_t(response["usage"]["total_tokens"]), 10);
}

TEST(EndpointClients, GetCompletionsAsTheyStream) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  ASSERT_EQ(
      visitor.post(completions_path, R"({"model":"m","prompt":"a","max_tokens":3,"stream":true,
                         "stream_options":{"include_usage":true}})"),
      200);
  const auto events = sent_events(visitor.body);
  ASSERT_EQ(events.size(), 6U);
  std::string text;
  dom::parser parser;
  for (std::size_t i = 0; i < 4; ++i) {
    const dom::element event = parser.parse(events[i].data);
    EXPECT_EQ(std::string_view(event["object"]), "text_completion");
    EXPECT_TRUE(event["usage"].is_null());
    text += std::string_view(event["choices"].at(0)["text"]);
    EXPECT_EQ(event["choices"].at(0)["finish_reason"].is_null(), i < 3);
  }
  EXPECT_EQ(text, "one line keeps");
  const dom::element usage = parser.parse(events[4].data);
  EXPECT_EQ(std::int64_t(usage["usage"]["completion_tokens"]), 3);
  EXPECT_EQ(events[5].data, "[DONE]");
}

TEST(EndpointClients, GetEachChoiceOfAChatWholeAndStreamed) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  const std::string asked =
      R"({"model":"m","messages":[{"role":"user","content":"a"}],"n":3,"max_tokens":2)";
  ASSERT_EQ(visitor.post(chat_path, asked + "}"), 200);
  dom::parser parser;
  const dom::element response = parser.parse(visitor.body);
  ASSERT_EQ(response["choices"].get_array().value().size(), 3U);
  EXPECT_EQ(std::int64_t(response["choices"].at(2)["index"]), 2);
  EXPECT_EQ(std::string_view(response["choices"].at(2)["message"]["content"]), "one line");
  EXPECT_EQ(std::int64_t(response["usage"]["completion_tokens"]), 6);

  ASSERT_EQ(visitor.post(chat_path, asked + R"(,"stream":true})"), 200);
  std::array<std::string, 3> texts;
  std::array<int, 3> ends{};
  for (const SentEvent& event : sent_events(visitor.body)) {
    if (event.data == "[DONE]") continue;
    const dom::element choice = dom::element(parser.parse(event.data))["choices"].at(0);
    const auto index = std::size_t(std::uint64_t(choice["index"]));
    std::string_view content;
    if (choice["delta"]["content"].get(content) == simdjson::SUCCESS) texts.at(index) += content;
    if (!choice["finish_reason"].is_null()) ++ends.at(index);
  }
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(texts.at(i), "one line");
    EXPECT_EQ(ends.at(i), 1);
  }
}

TEST(EndpointClients, GetJsonThatIsTheSameStreamed) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  const std::string asked =
      R"({"model":"m","messages":[{"role":"user","content":"a"}],"response_format":{"type":)"
      R"("json_schema","json_schema":{"name":"n","schema":{"type":"object","required":["é"],)"
      R"("properties":{"é":{"enum":["a \"b\" \\ c"]}}}}})";
  ASSERT_EQ(visitor.post(chat_path, asked + "}"), 200);
  dom::parser parser;
  const dom::element response = parser.parse(visitor.body);
  const std::string whole(std::string_view(response["choices"].at(0)["message"]["content"]));
  EXPECT_EQ(whole, R"({"\u00e9":"a \"b\" \\ c"})");

  ASSERT_EQ(visitor.post(chat_path, asked + R"(,"stream":true})"), 200);
  std::string streamed;
  for (const SentEvent& event : sent_events(visitor.body)) {
    if (event.data == "[DONE]") continue;
    std::string_view content;
    const dom::element delta = dom::element(parser.parse(event.data))["choices"].at(0)["delta"];
    if (delta["content"].get(content) == simdjson::SUCCESS) streamed += content;
  }
  EXPECT_EQ(streamed, whole);

  ASSERT_EQ(visitor.post("/v1/responses",
                         R"({"model":"m","input":"a","stream":true,"text":{"format":{"type":)"
                         R"("json_schema","name":"n","schema":{"const":{"a":"\"b"}}}}})"),
            200);
  EXPECT_NE(visitor.body.find(R"("text":"{\"a\":\"\\\"b\"}")"), std::string::npos) << visitor.body;
}

TEST(EndpointClients, GetARequestIdWithEveryResponse) {
  EndpointOptions options = at_once();
  options.required_key = "k";
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  std::set<std::string> ids;
  const auto see = [&] { ids.insert(header_of(visitor, "x-request-id")); };
  visitor.get("/");
  see();
  visitor.get("/health");
  see();
  visitor.get("/none");
  see();
  visitor.get("/v1/models");  // 401
  see();
  visitor.post(chat_path, chat_request);  // 401 before its body
  see();
  visitor.header("Authorization: Bearer k");
  visitor.post(chat_path, chat_request);
  see();
  visitor.post(chat_path, stream_request);
  see();
  EXPECT_EQ(ids.size(), 7U);
  EXPECT_FALSE(ids.contains(""));
  visitor.header("x-request-id: mine-1");
  EXPECT_EQ(visitor.get("/"), 200);
  EXPECT_EQ(header_of(visitor, "x-request-id"), "mine-1");
  visitor.header("x-request-id: <not mine>");
  EXPECT_EQ(visitor.get("/"), 200);
  EXPECT_TRUE(header_of(visitor, "x-request-id").starts_with("req_"));
}

TEST(EndpointClients, ReadItsMetrics) {
  EndpointOptions options = at_once();
  options.concurrency = 1;
  options.token_time = 1h;
  options.response_tokens = 2;
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  // Two choices of one token, since a second token would take an hour.
  ASSERT_EQ(visitor.post(chat_path, R"({"model":"m","messages":[{"role":"user","content":"a"}],)"
                                    R"("max_tokens":1,"n":2})"),
            200);
  ASSERT_EQ(visitor.post(chat_path, "{"), 400);
  RawClient running(*endpoint);
  running.post(chat_path, stream_request);
  ASSERT_TRUE(running.read_until("one"));
  RawClient waiting(*endpoint);
  waiting.post(chat_path, stream_request);
  while (endpoint->requests() < 4) std::this_thread::sleep_for(1ms);
  ASSERT_EQ(visitor.get("/metrics"), 200);
  EXPECT_NE(visitor.headers.find("text/plain; version=0.0.4"), std::string::npos);
  for (const char* line :
       {R"(vllm:num_requests_running{model_name="paceline"} 1)",
        R"(vllm:num_requests_waiting{model_name="paceline"} 1)",
        R"(vllm:prompt_tokens_total{model_name="paceline"} 21)",
        R"(vllm:generation_tokens_total{model_name="paceline"} 3)",
        R"(http_requests_total{status="2xx"} 2)", R"(http_requests_total{status="4xx"} 1)",
        "# TYPE vllm:generation_tokens_total counter"}) {
    EXPECT_NE(visitor.body.find(std::string(line) + "\n"), std::string::npos) << line << " in\n"
                                                                              << visitor.body;
  }
}

TEST(EndpointClients, AreToldWhatAPathTakes) {
  EndpointOptions options = at_once();
  options.required_key = "k";
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  curl_easy_setopt(visitor.raw(), CURLOPT_CUSTOMREQUEST, "OPTIONS");
  EXPECT_EQ(visitor.get(chat_path), 204);
  EXPECT_EQ(header_of(visitor, "Allow"), "POST, OPTIONS");
  EXPECT_EQ(visitor.get("/v1/models/m"), 204);
  EXPECT_EQ(header_of(visitor, "Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(visitor.get("/none"), 404);
}

}  // namespace
}  // namespace paceline::endpoint
