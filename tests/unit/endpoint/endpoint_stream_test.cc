#include <endpoint/random_models.h>
#include <gtest/gtest.h>
#include <paceline/endpoint.h>
#include <simdjson.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "raw_client.h"
#include "sent_events.h"
#include "visitor.h"

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

/// A request for a streamed chat with further members.
std::string stream_request_with(const std::string& more) {
  return R"({"model":"m","stream":true,"messages":[{"role":"user","content":"a"}])" + more + "}";
}

/// The text of a chat's deltas.
std::string text_of(std::string_view stream) {
  std::string text;
  simdjson::dom::parser parser;
  for (const auto& event : sent_events(stream)) {
    if (event.data == "[DONE]") continue;
    const simdjson::dom::element chunk = parser.parse(event.data);
    std::string_view content;
    if (chunk["choices"].at(0)["delta"]["content"].get(content) == simdjson::SUCCESS) {
      text += content;
    }
  }
  return text;
}

TEST(EndpointStream, SendsSeveralTokensInAnEvent) {
  EndpointOptions options = at_once();
  options.token_time = 1ms;
  options.tokens_per_event = 3;
  options.record_arrivals = 1;
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  ASSERT_EQ(
      visitor.post(chat_path, stream_request_with(R"(,"stream_options":{"include_usage":true,)"
                                                  R"("continuous_usage_stats":true})")),
      200);
  const auto events = sent_events(visitor.body);
  ASSERT_EQ(events.size(), 1U + 6 + 1 + 1 + 1);
  EXPECT_NE(events[1].data.find(R"("completion_tokens":3,)"), std::string::npos);
  EXPECT_NE(events[6].data.find(R"("completion_tokens":16,)"), std::string::npos);
  EXPECT_EQ(text_of(visitor.body).substr(0, 15), "one line keeps ");
  const auto arrival = endpoint->record().at(0);
  EXPECT_EQ(arrival.content_events, 6U);
  EXPECT_EQ(arrival.due - arrival.arrived, 15ms);
  ASSERT_EQ(visitor.get("/metrics"), 200);
  EXPECT_NE(visitor.body.find(R"(vllm:generation_tokens_total{model_name="paceline"} 16)"),
            std::string::npos)
      << visitor.body;
}

TEST(EndpointStream, SendsAChatTokenByToken) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  ASSERT_EQ(visitor.post("/v1/chat/completions",
                         stream_request_with(R"(,"stream_options":{"include_usage":true})")),
            200);
  EXPECT_NE(visitor.headers.find("Content-Type: text/event-stream; charset=utf-8\r\n"),
            std::string::npos);
  EXPECT_NE(visitor.headers.find("Cache-Control: no-cache\r\n"), std::string::npos);
  EXPECT_NE(visitor.headers.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  const auto events = sent_events(visitor.body);
  ASSERT_EQ(events.size(), 1U + 16 + 1 + 1 + 1);
  EXPECT_NE(events[18].data.find(R"("completion_tokens":16)"), std::string::npos);
  EXPECT_EQ(events.back().data, "[DONE]");
  const auto text = text_of(visitor.body);
  ASSERT_EQ(visitor.post("/v1/chat/completions", chat_request), 200);
  EXPECT_NE(visitor.body.find("\"content\":\"" + text + "\""), std::string::npos) << text;
}

TEST(EndpointStream, SendsAResponseTokenByToken) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  ASSERT_EQ(visitor.post("/v1/responses", R"({"model":"m","input":"a","stream":true})"), 200);
  const auto events = sent_events(visitor.body);
  ASSERT_EQ(events.size(), 4U + 16 + 4);
  EXPECT_EQ(events.front().name, "response.created");
  EXPECT_EQ(events.back().name, "response.completed");
  EXPECT_EQ(visitor.body.find("[DONE]"), std::string::npos);
}

TEST(EndpointStream, KeepsItsConnection) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  ASSERT_EQ(visitor.post("/v1/chat/completions", stream_request), 200);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(visitor.post("/v1/chat/completions", i % 2 == 0 ? chat_request : stream_request),
              200);
    EXPECT_EQ(visitor.connections(), 0);
  }
}

TEST(EndpointStream, EndsWithTheConnectionInHttp10) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  curl_easy_setopt(visitor.raw(), CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_0);
  ASSERT_EQ(visitor.post("/v1/chat/completions", stream_request), 200);
  EXPECT_EQ(visitor.headers.find("chunked"), std::string::npos);
  EXPECT_EQ(sent_events(visitor.body).size(), 19U);
}

TEST(EndpointStream, AnswersErrorsWhole) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post("/v1/chat/completions", stream_request_with(R"(,"max_tokens":0)")), 400);
  EXPECT_NE(visitor.headers.find("Content-Type: application/json"), std::string::npos);
  EXPECT_EQ(visitor.post("/v1/responses", R"({"model":"m","stream":true})"), 400);
  EXPECT_EQ(visitor.get("/v1/responses"), 405);
  EXPECT_NE(visitor.headers.find("Allow: POST, OPTIONS\r\n"), std::string::npos);
  EXPECT_EQ(visitor.get("/v1/embeddings"), 405);
  EXPECT_EQ(visitor.head("/v1/chat/completions"), 405);
  EXPECT_EQ(visitor.head("/v1/models"), 200);
}

TEST(EndpointStream, TakesFirstTokenTimeThenTokenTimes) {
  EndpointOptions options = at_once();
  options.latency = 30ms;
  options.token_time = 5ms;
  options.response_tokens = 8;
  options.record_arrivals = 10;
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  const auto begin = Clock::now();
  ASSERT_EQ(visitor.post("/v1/chat/completions", stream_request), 200);
  EXPECT_GE(Clock::now() - begin, 30ms + 7 * 5ms);
  const auto arrival = endpoint->record().at(0);
  EXPECT_EQ(arrival.due - arrival.arrived, 30ms + 7 * 5ms);
  EXPECT_GE(arrival.responded, arrival.due);
  EXPECT_EQ(arrival.responded, arrival.last_content);
  EXPECT_EQ(arrival.content_events, 8U);
  EXPECT_GE(arrival.first_token_time(), 30ms);
  EXPECT_GE(arrival.last_content, arrival.due);
  EXPECT_EQ(endpoint->token_gaps().count(), 7U);
  EXPECT_EQ(arrival.time_per_token(), (arrival.last_content - arrival.first_content) / 7);
  // The mean is rounded, and the quotient is not.
  EXPECT_GE(endpoint->token_gaps().mean(), *arrival.time_per_token());
  EXPECT_LE(endpoint->token_gaps().mean(), *arrival.time_per_token() + 1ns);
}

TEST(EndpointStream, TakesAsLongWithoutStreaming) {
  EndpointOptions options = at_once();
  options.latency = 30ms;
  options.token_time = 5ms;
  options.response_tokens = 8;
  options.record_arrivals = 10;
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  ASSERT_EQ(visitor.post("/v1/chat/completions", chat_request), 200);
  ASSERT_EQ(visitor.post("/v1/responses", R"({"model":"m","input":"a"})"), 200);
  ASSERT_EQ(visitor.post("/v1/embeddings", R"({"model":"m","input":"a"})"), 200);
  ASSERT_EQ(visitor.post("/v1/responses", "{}"), 400);
  const auto record = endpoint->record();
  for (const std::size_t place : {0U, 1U}) {
    EXPECT_EQ(record.at(place).due - record[place].arrived, 30ms + 7 * 5ms);
    EXPECT_GE(record[place].responded, record[place].due);
    EXPECT_EQ(record[place].content_events, 0U);
  }
  for (const std::size_t place : {2U, 3U}) {
    EXPECT_EQ(record.at(place).due - record[place].arrived, 30ms);
  }
}

TEST(EndpointStream, DrawsLengthsAndTimes) {
  EndpointOptions options = at_once();
  options.latency = 2ms;
  options.latency_p99 = 8ms;
  options.token_time = 1ms;
  options.token_time_p99 = 4ms;
  options.response_tokens = 20;
  options.response_tokens_p99 = 60;
  options.record_arrivals = 200;
  const auto endpoint = started(options);
  std::unique_ptr<CURLM, Multi> multi(curl_multi_init());
  std::vector<std::unique_ptr<Visitor>> visitors;
  for (int i = 0; i < 100; ++i) {
    visitors.push_back(std::make_unique<Visitor>(*endpoint));
    visitors.back()->aim_post("/v1/chat/completions", stream_request);
    curl_multi_add_handle(multi.get(), visitors.back()->raw());
  }
  for (int running = 1; running > 0;) {
    curl_multi_perform(multi.get(), &running);
    curl_multi_poll(multi.get(), nullptr, 0, 100, nullptr);
  }
  std::size_t sent = 0;
  for (const auto& visitor : visitors) {
    EXPECT_EQ(visitor->number(CURLINFO_RESPONSE_CODE), 200);
    sent += sent_events(visitor->body).size() - 3;
    curl_multi_remove_handle(multi.get(), visitor->raw());
  }
  auto lengths = length_model(options);
  std::size_t drawn = 0;
  for (int i = 0; i < 100; ++i) drawn += lengths.next();
  EXPECT_EQ(sent, drawn);
  std::size_t recorded = 0;
  for (const auto& arrival : endpoint->record()) recorded += arrival.content_events;
  EXPECT_EQ(recorded, drawn);
  EXPECT_EQ(endpoint->token_gaps().count(), drawn - 100);
}

TEST(EndpointStream, LosesNothingToASlowReader) {
  const auto endpoint = started();
  RawClient client(*endpoint);
  client.post("/v1/chat/completions",
              stream_request_with(R"(,"max_tokens":100000,"ignore_eos":true)"));
  ASSERT_TRUE(client.read_until("\n\n"));
  std::this_thread::sleep_for(100ms);
  ASSERT_TRUE(client.read_until("[DONE]"));
  std::size_t tokens = 0;
  for (auto at = client.got.find("\"delta\":{\"content\""); at != std::string::npos;
       at = client.got.find("\"delta\":{\"content\"", at + 1)) {
    ++tokens;
  }
  EXPECT_EQ(tokens, 100'000U);
}

TEST(EndpointStream, CountsCachedTokensOfASharedPrompt) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  const auto cached = [&](const std::string& path, const std::string& body) {
    EXPECT_EQ(visitor.post(path, body), 200);
    const auto at = visitor.body.find("\"cached_tokens\":");
    return at == std::string::npos ? -1 : std::stoi(visitor.body.substr(at + 16));
  };
  const std::string shared(1'000, 's');
  const auto chat = [&](const char* user) {
    return R"({"model":"m","messages":[{"role":"user","content":")" + shared + user + R"("}]})";
  };
  EXPECT_EQ(cached("/v1/chat/completions", chat("one")), 0);
  EXPECT_EQ(cached("/v1/chat/completions", chat("two")), 240);
  EXPECT_EQ(cached("/v1/responses", R"({"model":"m","input":")" + shared + "three\"}"), 240);
}

TEST(EndpointStream, StopsInTheMiddle) {
  EndpointOptions options = at_once();
  options.token_time = 1h;
  const auto endpoint = started(options);
  RawClient client(*endpoint);
  client.post("/v1/chat/completions", stream_request);
  ASSERT_TRUE(client.read_until("one"));
  endpoint->stop();
  EXPECT_FALSE(client.read_until("[DONE]"));
}

TEST(EndpointStream, StopsWhileItSendsAllItCan) {
  const auto endpoint = started();
  RawClient client(*endpoint);
  client.post("/v1/chat/completions",
              stream_request_with(R"(,"max_tokens":1000000,"ignore_eos":true)"));
  ASSERT_TRUE(client.read_until("one"));
  endpoint->stop();
  EXPECT_FALSE(client.read_until("[DONE]"));
}

TEST(EndpointStream, WithoutATokenTimeOnlyStreamsTakeTimePerToken) {
  EndpointOptions options;
  options.latency = 5ms;
  options.response_tokens = 4;
  options.record_arrivals = 2;
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  ASSERT_EQ(visitor.post(chat_path, chat_request), 200);
  ASSERT_EQ(visitor.post(chat_path, stream_request), 200);
  const auto record = endpoint->record();
  ASSERT_EQ(record.size(), 2U);
  EXPECT_EQ(record[0].due - record[0].arrived, 5ms);
  EXPECT_EQ(record[1].due - record[1].arrived, 5ms + 3 * 5ms);
}

}  // namespace
}  // namespace paceline::endpoint
