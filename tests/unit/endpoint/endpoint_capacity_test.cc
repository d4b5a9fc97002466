#include <gtest/gtest.h>
#include <paceline/endpoint.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "../open_descriptors.h"
#include "raw_client.h"
#include "visitor.h"

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

// Takes the time of the first token only.
constexpr const char* one_token_request = R"({"model":"m","max_tokens":1,"messages":[{}]})";

EndpointOptions one_at_a_time(std::chrono::nanoseconds latency) {
  EndpointOptions options = at_once();
  options.concurrency = 1;
  options.latency = latency;
  options.record_arrivals = 1'000;
  return options;
}

/// One response at a time, of two tokens an hour apart: a later request is served only when the
/// client of the earlier one hangs up.
EndpointOptions an_hour_between_tokens() {
  auto options = one_at_a_time(std::chrono::nanoseconds(0));
  options.token_time = 1h;
  options.response_tokens = 2;
  return options;
}

/// Waits until `count` requests have arrived.
void await_requests(const Endpoint& endpoint, std::uint64_t count) {
  while (endpoint.requests() < count) std::this_thread::sleep_for(1ms);
}

TEST(EndpointCapacity, MakesLatencyRiseWithLoad) {
  auto options = one_at_a_time(20ms);
  options.concurrency = 2;
  const auto endpoint = started(options);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::uint64_t i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<RawClient>(*endpoint));
    clients.back()->post(chat_path, chat_request);
    await_requests(*endpoint, i + 1);
  }
  for (const auto& client : clients) EXPECT_TRUE(client->read_until("\"usage\""));
  const auto record = endpoint->record();
  ASSERT_EQ(record.size(), 8U);
  // The first two are served at once.
  EXPECT_EQ(record[0].due - record[0].arrived, 20ms);
  EXPECT_EQ(record[1].due - record[1].arrived, 20ms);
  for (std::size_t i = 2; i < record.size(); ++i) {
    EXPECT_GE(record[i].due, record[i - 2].responded + 20ms);
    EXPECT_GE(record[i].due, record[0].arrived + 20ms * (i / 2 + 1));
    EXPECT_LE(record[i - 1].due, record[i].due);
  }
}

TEST(EndpointCapacity, ServesAStreamUntilItsLastToken) {
  auto options = one_at_a_time(5ms);
  options.token_time = 2ms;
  options.response_tokens = 11;
  const auto endpoint = started(options);
  RawClient first(*endpoint);
  first.post(chat_path, stream_request);
  await_requests(*endpoint, 1);
  RawClient second(*endpoint);
  second.post("/v1/responses", R"({"model":"m","stream":true,"input":"a"})");
  ASSERT_TRUE(first.read_until("[DONE]"));
  ASSERT_TRUE(second.read_until("response.completed"));
  const auto record = endpoint->record();
  EXPECT_EQ(record.at(0).due - record[0].arrived, 25ms);
  EXPECT_GE(record.at(1).first_content, record[0].last_content + 5ms);
}

TEST(EndpointCapacity, RefusesAtOnceWhenTheQueueIsFull) {
  auto options = one_at_a_time(1h);
  options.queue = 1;
  const auto endpoint = started(options);
  RawClient first(*endpoint);
  first.post(chat_path, chat_request);
  await_requests(*endpoint, 1);
  RawClient second(*endpoint);
  second.post(chat_path, chat_request);
  await_requests(*endpoint, 2);
  Visitor visitor(*endpoint);
  for (const char* path : {"/v1/chat/completions", "/v1/responses", "/v1/embeddings"}) {
    EXPECT_EQ(visitor.post(path, chat_request), 503);
    EXPECT_NE(visitor.headers.find("Retry-After: 1\r\n"), std::string::npos);
    EXPECT_EQ(visitor.body,
              R"({"error":{"message":"The engine is currently overloaded, please try again later",)"
              R"("type":"server_error","param":null,"code":null}})");
  }
  // A client that hangs up makes room in the queue.
  second.hang_up();
  // If the queue has room, an error too is held back for an hour.
  curl_easy_setopt(visitor.raw(), CURLOPT_TIMEOUT_MS, 200L);
  auto code = CURLE_OK;
  while (code == CURLE_OK) {
    visitor.aim_post(chat_path, "{");
    code = curl_easy_perform(visitor.raw());
  }
  EXPECT_EQ(code, CURLE_OPERATION_TIMEDOUT);
}

TEST(EndpointCapacity, WithoutAQueueServesOneAfterTheOther) {
  auto options = one_at_a_time(0ms);
  options.queue = 0;
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(visitor.post(chat_path, i % 2 == 0 ? chat_request : stream_request), 200);
    EXPECT_EQ(visitor.post("/v1/embeddings", R"({"model":"m","input":"a"})"), 200);
    EXPECT_EQ(visitor.post(chat_path, "{"), 400);
  }
}

TEST(EndpointCapacity, ServesTheNextWhenAClientHangsUpInMidStream) {
  const auto endpoint = started(an_hour_between_tokens());
  const auto before = open_descriptors();
  for (const bool resets : {false, true}) {
    for (int i = 0; i < 10; ++i) {
      RawClient client(*endpoint);
      client.post(chat_path, stream_request);
      ASSERT_TRUE(client.read_until("one"));
      resets ? client.reset() : client.hang_up();
    }
  }
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post(chat_path, one_token_request), 200);
  // The visitor's connection, at both ends, and libcurl's descriptors are left.
  EXPECT_LE(open_descriptors(), before + 8);
}

TEST(EndpointCapacity, ServesTheNextWhenAClientHangsUpBeforeItsResponse) {
  const auto endpoint = started(an_hour_between_tokens());
  RawClient first(*endpoint);
  first.post(chat_path, chat_request);
  await_requests(*endpoint, 1);
  RawClient second(*endpoint);
  second.post(chat_path, stream_request);
  await_requests(*endpoint, 2);
  first.hang_up();
  second.reset();
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post(chat_path, one_token_request), 200);
  const auto record = endpoint->record();
  ASSERT_EQ(record.size(), 3U);
  EXPECT_EQ(record[0].responded, TimePoint::max());
  EXPECT_EQ(record[1].responded, TimePoint::max());
}

TEST(EndpointCapacity, PassesOverWhoHungUpInTheQueue) {
  auto options = an_hour_between_tokens();
  options.latency = 150ms;
  const auto endpoint = started(options);
  std::vector<std::unique_ptr<RawClient>> clients;
  // The second request would be served for an hour.
  for (const char* request : {one_token_request, chat_request, one_token_request}) {
    clients.push_back(std::make_unique<RawClient>(*endpoint));
    clients.back()->post(chat_path, request);
    await_requests(*endpoint, clients.size());
  }
  clients[1]->hang_up();
  ASSERT_TRUE(clients[2]->read_until("\"usage\""));
  const auto record = endpoint->record();
  ASSERT_EQ(record.size(), 3U);
  EXPECT_EQ(record[1].responded, TimePoint::max());
  EXPECT_GE(record[2].due, record[0].responded + 150ms);
}

TEST(EndpointCapacity, StopsWithAFullQueue) {
  const auto endpoint = started(one_at_a_time(1h));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::uint64_t i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<RawClient>(*endpoint));
    clients.back()->post(chat_path, i % 2 == 0 ? chat_request : stream_request);
  }
  await_requests(*endpoint, 20);
  endpoint->stop();
  for (const auto& client : clients) EXPECT_FALSE(client->read_until("HTTP"));
}

}  // namespace
}  // namespace paceline::endpoint
