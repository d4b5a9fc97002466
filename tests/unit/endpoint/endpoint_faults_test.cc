#include <gtest/gtest.h>
#include <paceline/endpoint.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../open_descriptors.h"
#include "raw_client.h"
#include "visitor.h"

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Endpoint> start_with(Fault fault, std::size_t after = 400,
                                     std::chrono::nanoseconds time = 50ms) {
  EndpointOptions options = at_once();
  options.faults = {.shares = {{fault, 1}}, .after = after, .time = time};
  return started(std::move(options));
}

/// The result of libcurl's transfer.
CURLcode end_of(Visitor& visitor, const char* request) {
  visitor.aim_post(chat_path, request);
  return curl_easy_perform(visitor.raw());
}

TEST(EndpointFaultsTest, AnswersWithAnErrorOfTheServer) {
  const auto broken = start_with(Fault::http_500);
  Visitor visitor(*broken);
  EXPECT_EQ(visitor.post(chat_path, chat_request), 500);
  EXPECT_NE(visitor.body.find(R"("type":"server_error")"), std::string::npos);
  EXPECT_EQ(visitor.get("/"), 500);
  const auto overloaded = start_with(Fault::http_503);
  Visitor other(*overloaded);
  EXPECT_EQ(other.post(chat_path, stream_request), 503);
  EXPECT_NE(other.headers.find("Retry-After: 1"), std::string::npos);
}

TEST(EndpointFaultsTest, DelaysAResponse) {
  const auto endpoint = start_with(Fault::delay, 400, 300ms);
  Visitor visitor(*endpoint);
  for (const char* request : {chat_request, stream_request}) {
    const auto begin = Clock::now();
    EXPECT_EQ(visitor.post(chat_path, request), 200);
    EXPECT_GE(Clock::now() - begin, 300ms);
  }
}

TEST(EndpointFaultsTest, ResetsAfterAPartOfTheBody) {
  const auto endpoint = start_with(Fault::reset);
  for (const char* request : {chat_request, stream_request}) {
    Visitor visitor(*endpoint);
    EXPECT_EQ(end_of(visitor, request), CURLE_RECV_ERROR) << request;
    EXPECT_GT(visitor.body.size(), 0U) << request;
    EXPECT_LE(visitor.body.size(), 400U) << request;
  }
}

TEST(EndpointFaultsTest, ResetsBeforeTheHeaders) {
  const auto endpoint = start_with(Fault::reset, 0);
  Visitor visitor(*endpoint);
  EXPECT_EQ(end_of(visitor, chat_request), CURLE_RECV_ERROR);
  EXPECT_EQ(visitor.headers, "");
}

TEST(EndpointFaultsTest, ClosesAfterAPartOfTheBody) {
  const auto endpoint = start_with(Fault::close);
  Visitor whole(*endpoint);
  EXPECT_EQ(end_of(whole, chat_request), CURLE_PARTIAL_FILE);
  EXPECT_GT(whole.body.size(), 100U);
  Visitor streamed(*endpoint);
  EXPECT_NE(end_of(streamed, stream_request), CURLE_OK);
  EXPECT_EQ(streamed.body.size(), 400U);
}

TEST(EndpointFaultsTest, ClosesBeforeTheHeaders) {
  const auto endpoint = start_with(Fault::close, 0);
  Visitor visitor(*endpoint);
  EXPECT_EQ(end_of(visitor, stream_request), CURLE_GOT_NOTHING);
}

TEST(EndpointFaultsTest, EndsAStreamWithinAnEventWhereverThatIs) {
  const auto plain = started();
  Visitor good(*plain);
  good.post(chat_path, stream_request);
  const auto event = good.body.find("\n\n") + 2;
  for (std::size_t after = event - 3; after < event + 3; ++after) {
    const auto endpoint = start_with(Fault::half_event, after);
    Visitor visitor(*endpoint);
    EXPECT_EQ(visitor.post(chat_path, stream_request), 200);
    EXPECT_GE(visitor.body.size(), after);
    EXPECT_FALSE(visitor.body.ends_with("\n\n")) << after;
  }
}

TEST(EndpointFaultsTest, EndsAWholeResponseInItsMiddle) {
  const auto endpoint = start_with(Fault::half_event);
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post(chat_path, chat_request), 200);
  EXPECT_TRUE(visitor.body.starts_with("{"));
  EXPECT_FALSE(visitor.body.ends_with("}"));
}

TEST(EndpointFaultsTest, SendsBadJson) {
  const auto endpoint = start_with(Fault::bad_json);
  Visitor visitor(*endpoint);
  for (const char* request : {chat_request, stream_request}) {
    EXPECT_EQ(visitor.post(chat_path, request), 200);
    EXPECT_NE(visitor.body.find('{'), std::string::npos);
    EXPECT_EQ(visitor.body.find('}'), std::string::npos);
  }
  EXPECT_TRUE(visitor.body.ends_with("data: [DONE]\n\n"));
}

TEST(EndpointFaultsTest, PromisesALongerBodyThanItSends) {
  const auto endpoint = start_with(Fault::wrong_length);
  Visitor whole(*endpoint);
  EXPECT_EQ(end_of(whole, chat_request), CURLE_PARTIAL_FILE);
  EXPECT_TRUE(whole.body.ends_with("}"));
  Visitor streamed(*endpoint);
  EXPECT_EQ(end_of(streamed, stream_request), CURLE_PARTIAL_FILE);
  EXPECT_TRUE(streamed.body.ends_with("data: [DONE]\n\n"));
}

TEST(EndpointFaultsTest, StallsUntilTheClientGoes) {
  const auto endpoint = start_with(Fault::stall);
  RawClient client(*endpoint);
  client.post(chat_path, chat_request);
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(client.got, "");
  client.hang_up();
  Visitor visitor(*endpoint);
  curl_easy_setopt(visitor.raw(), CURLOPT_TIMEOUT_MS, 100L);
  EXPECT_EQ(end_of(visitor, stream_request), CURLE_OPERATION_TIMEDOUT);
  EXPECT_EQ(visitor.headers, "");
}

TEST(EndpointFaultsTest, DripsAByteAtATime) {
  const auto endpoint = start_with(Fault::slow_drip, 400, 20ms);
  for (const char* request : {chat_request, stream_request}) {
    Visitor visitor(*endpoint);
    curl_easy_setopt(visitor.raw(), CURLOPT_TIMEOUT_MS, 500L);
    EXPECT_EQ(end_of(visitor, request), CURLE_OPERATION_TIMEDOUT);
    EXPECT_GT(visitor.body.size(), 2U);
    EXPECT_LE(visitor.body.size(), 26U);
  }
}

TEST(EndpointFaultsTest, DripsTheWholeResponseInTheEnd) {
  const auto endpoint = start_with(Fault::slow_drip, 400, 0ms);
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post(chat_path, chat_request), 200);
  EXPECT_TRUE(visitor.body.ends_with("}"));
  EXPECT_EQ(visitor.post(chat_path, stream_request), 200);
  EXPECT_TRUE(visitor.body.ends_with("data: [DONE]\n\n"));
}

TEST(EndpointFaultsTest, SendsABodyWithoutEnd) {
  const auto endpoint = start_with(Fault::huge_body);
  const auto read = [](char*, std::size_t, std::size_t size, void* sum) -> std::size_t {
    constexpr std::size_t enough = 8U << 20U;
    return (*static_cast<std::size_t*>(sum) += size) > enough ? 0 : size;
  };
  for (const char* request : {chat_request, stream_request}) {
    Visitor visitor(*endpoint);
    std::size_t sum = 0;
    curl_easy_setopt(visitor.raw(), CURLOPT_WRITEFUNCTION,
                     static_cast<std::size_t (*)(char*, std::size_t, std::size_t, void*)>(read));
    curl_easy_setopt(visitor.raw(), CURLOPT_WRITEDATA, &sum);
    EXPECT_EQ(end_of(visitor, request), CURLE_WRITE_ERROR);
  }
}

TEST(EndpointFaultsTest, ServesTheNextAfterABrokenResponse) {
  EndpointOptions options = at_once();
  options.concurrency = 1;
  options.faults.shares = {{Fault::reset, 0.5}};
  const auto endpoint = started(std::move(options));
  int broken = 0;
  for (int i = 0; i < 40; ++i) {
    Visitor visitor(*endpoint);
    curl_easy_setopt(visitor.raw(), CURLOPT_TIMEOUT_MS, 20'000L);
    const auto code = end_of(visitor, stream_request);
    EXPECT_TRUE(code == CURLE_OK || code == CURLE_RECV_ERROR) << code;
    broken += code == CURLE_OK ? 0 : 1;
  }
  EXPECT_GT(broken, 5);
  EXPECT_LT(broken, 35);
}

TEST(EndpointFaultsTest, ClosesTheConnectionsOfClientsThatGo) {
  for (const char* request : {chat_request, stream_request}) {
    for (int round = 0; round < 5; ++round) {
      const auto endpoint = start_with(Fault::slow_drip, 400, 10ms);
      const auto before = open_descriptors();
      std::vector<std::unique_ptr<RawClient>> clients;
      for (int i = 0; i < 16; ++i) {
        clients.push_back(std::make_unique<RawClient>(*endpoint));
        clients.back()->post("/echo", "a");
        EXPECT_TRUE(clients.back()->read_until("\r\n\r\na"));
      }
      std::this_thread::sleep_for(20ms);
      for (const auto& client : clients) client->post(chat_path, request);
      for (const auto& client : clients) EXPECT_TRUE(client->read_until("{"));
      for (const auto& client : clients) {
        client->hang_up();
        std::this_thread::sleep_for(2ms);
      }
      const auto until = Clock::now() + 10s;
      while (open_descriptors() > before && Clock::now() < until) std::this_thread::sleep_for(5ms);
      EXPECT_LE(open_descriptors(), before) << round;
    }
  }
}

TEST(EndpointFaultsTest, ClosesIdleConnections) {
  EndpointOptions options = at_once();
  options.idle_timeout = 200ms;
  const auto endpoint = started(std::move(options));
  RawClient silent(*endpoint);
  RawClient client(*endpoint);
  client.post(chat_path, chat_request);
  EXPECT_TRUE(client.read_until("}}"));
  const auto begin = Clock::now();
  EXPECT_FALSE(client.read_until("more"));
  EXPECT_GE(Clock::now() - begin, 100ms);
  EXPECT_TRUE(client.ended);
  EXPECT_FALSE(silent.read_until("more"));
  EXPECT_TRUE(silent.ended);
}

TEST(EndpointFaultsTest, KeepsConnectionsThatAreUsed) {
  EndpointOptions options = at_once();
  options.idle_timeout = 400ms;
  options.latency = 600ms;
  const auto endpoint = started(std::move(options));
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post(chat_path, chat_request), 200);
  EXPECT_EQ(visitor.connections(), 1);
  EXPECT_EQ(visitor.post(chat_path, chat_request), 200);
  EXPECT_EQ(visitor.connections(), 0);
}

TEST(EndpointLimitsTest, RefusesWhatIsOverTheLimit) {
  EndpointOptions options = at_once();
  options.rpm_limit = 60;
  const auto endpoint = started(std::move(options));
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post(chat_path, chat_request), 200);
  EXPECT_NE(visitor.headers.find("x-ratelimit-limit-requests: 60\r\n"), std::string::npos);
  EXPECT_NE(visitor.headers.find("x-ratelimit-remaining-requests: 1\r\n"), std::string::npos);
  EXPECT_NE(visitor.headers.find("x-ratelimit-reset-requests: 1s\r\n"), std::string::npos);
  EXPECT_EQ(visitor.headers.find("-tokens"), std::string::npos);
  EXPECT_EQ(visitor.post(chat_path, stream_request), 200);
  EXPECT_NE(visitor.headers.find("x-ratelimit-remaining-requests: 0\r\n"), std::string::npos);
  EXPECT_EQ(visitor.post("/v1/embeddings", R"({"model":"m","input":"a"})"), 429);
  EXPECT_NE(visitor.headers.find("Retry-After: 1\r\n"), std::string::npos) << visitor.headers;
  EXPECT_NE(visitor.headers.find("retry-after-ms: "), std::string::npos);
  EXPECT_NE(visitor.headers.find("x-ratelimit-reset-requests: "), std::string::npos);
  EXPECT_NE(visitor.body.find(R"("code":"rate_limit_exceeded")"), std::string::npos);
  EXPECT_NE(visitor.body.find(R"("type":"requests")"), std::string::npos);
  // Requests that no model answers do not count.
  EXPECT_EQ(visitor.get("/v1/models"), 200);
}

TEST(EndpointLimitsTest, CountsTheTokensOfTheUsage) {
  EndpointOptions options = at_once();
  options.tpm_limit = 60;
  const auto endpoint = started(std::move(options));
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post(chat_path, chat_request), 200);
  EXPECT_NE(visitor.headers.find("x-ratelimit-limit-tokens: 60\r\n"), std::string::npos);
  EXPECT_EQ(visitor.post(chat_path, chat_request), 429);
  EXPECT_NE(visitor.body.find(R"("type":"tokens")"), std::string::npos);
}

TEST(EndpointLimitsTest, AreNotToldWhereThereAreNone) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post(chat_path, chat_request), 200);
  EXPECT_EQ(visitor.headers.find("x-ratelimit"), std::string::npos);
}

}  // namespace
}  // namespace paceline::endpoint
