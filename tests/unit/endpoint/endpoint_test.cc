#include <gtest/gtest.h>
#include <paceline/endpoint.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "raw_client.h"
#include "visitor.h"

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

TEST(Endpoint, AnswersAChat) {
  const auto endpoint = started();
  EXPECT_EQ(endpoint->url(), "http://127.0.0.1:" + std::to_string(endpoint->port()) + "/v1");
  Visitor visitor(*endpoint);
  ASSERT_EQ(visitor.post("/v1/chat/completions", chat_request), 200);
  EXPECT_NE(visitor.headers.find("Content-Type: application/json"), std::string::npos);
  simdjson::dom::parser parser;
  const simdjson::dom::element response = parser.parse(visitor.body);
  EXPECT_EQ(std::string_view(response["object"]), "chat.completion");
  EXPECT_EQ(std::int64_t(response["usage"]["completion_tokens"]), 16);
}

TEST(Endpoint, AnswersModelsPlainGetAndEcho) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.get("/v1/models"), 200);
  EXPECT_NE(visitor.body.find(R"("object":"list")"), std::string::npos);
  EXPECT_EQ(visitor.get("/"), 200);
  EXPECT_EQ(visitor.body, "ok");
  EXPECT_NE(visitor.headers.find("text/plain"), std::string::npos);
  const std::string long_text(200'000, 'x');
  EXPECT_EQ(visitor.post("/echo", long_text), 200);
  EXPECT_EQ(visitor.body, long_text);
  EXPECT_EQ(visitor.post("/echo", ""), 200);
  EXPECT_EQ(visitor.body, "");
}

TEST(Endpoint, RefusesInTheShapeOfTheRealApi) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  simdjson::dom::parser parser;
  const auto error = [&] { return parser.parse(visitor.body)["error"]; };

  EXPECT_EQ(visitor.post("/v1/chat/completions", "{"), 400);
  EXPECT_EQ(std::string_view(error()["type"]), "invalid_request_error");
  EXPECT_EQ(visitor.post("/v1/chat/completions", R"({"model":"m"})"), 400);
  EXPECT_EQ(std::string_view(error()["param"]), "messages");
  EXPECT_EQ(visitor.post("/v1/none", "{}"), 404);
  EXPECT_EQ(std::string_view(error()["message"]), "Invalid URL (POST /v1/none)");
  EXPECT_EQ(visitor.get("/v1/chat/completions"), 405);
  EXPECT_TRUE(error()["param"].is_null());
  EXPECT_NE(visitor.headers.find("Allow: POST, OPTIONS\r\n"), std::string::npos);
  EXPECT_EQ(visitor.post("/", "a"), 405);
  EXPECT_NE(visitor.headers.find("Allow: GET, HEAD, OPTIONS\r\n"), std::string::npos);
}

TEST(Endpoint, RefusesABodyThatIsTooLong) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post("/echo", std::string((16u << 20) + 1, 'x')), 413);
  EXPECT_EQ(visitor.post("/echo", "short"), 200);
  EXPECT_EQ(visitor.body, "short");
}

TEST(Endpoint, DemandsItsKeyAndNeverShowsOne) {
  EndpointOptions options = at_once();
  options.required_key = "the-right-key";
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post("/v1/chat/completions", chat_request), 401);
  EXPECT_NE(visitor.body.find("You didn't provide an API key"), std::string::npos);
  visitor.header("Authorization: Bearer a-wrong-key");
  EXPECT_EQ(visitor.post("/v1/chat/completions", chat_request), 401);
  EXPECT_NE(visitor.body.find("Incorrect API key provided"), std::string::npos);
  EXPECT_NE(visitor.body.find(R"("code":"invalid_api_key")"), std::string::npos);
  EXPECT_EQ(visitor.body.find("wrong"), std::string::npos);
  visitor.header("Authorization: Bearer the-right-key");
  EXPECT_EQ(visitor.post("/v1/chat/completions", chat_request), 200);
  EXPECT_EQ(visitor.get("/"), 200);
}

TEST(Endpoint, KeepsConnectionsAndDoesNotDelayTheirResponses) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  ASSERT_EQ(visitor.post("/v1/chat/completions", chat_request), 200);
  EXPECT_EQ(visitor.connections(), 1);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(visitor.post("/v1/chat/completions", chat_request), 200);
    EXPECT_EQ(visitor.connections(), 0);
  }
  // Nagle's algorithm holds a second segment back until the first one is acknowledged, 40 ms later.
  RawClient client(*endpoint);
  for (int i = 0; i < 20; ++i) {
    client.post("/v1/chat/completions", chat_request);
    ASSERT_TRUE(client.read_until("}}"));
    client.got.clear();
  }
  EXPECT_EQ(client.reads, 20) << "responses came in several segments";
}

TEST(Endpoint, HoldsEachResponseForItsLatency) {
  EndpointOptions options = at_once();
  options.latency = 20ms;
  options.record_arrivals = 100;
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  for (int i = 0; i < 10; ++i) {
    const auto begin = Clock::now();
    ASSERT_EQ(visitor.post("/v1/chat/completions", chat_request), 200);
    EXPECT_GE(Clock::now() - begin, 20ms);
  }
  endpoint->stop();
  for (const auto& arrival : endpoint->record()) {
    EXPECT_EQ(arrival.due - arrival.arrived, 20ms);
    EXPECT_GE(arrival.responded, arrival.due);
  }
}

/// The most requests that had arrived without a response at one time.
std::ptrdiff_t most_held(const std::vector<Arrival>& record) {
  std::ptrdiff_t most = 0;
  for (const Arrival& newest : record) {
    most = std::max(most, std::count_if(record.begin(), record.end(), [&](const Arrival& other) {
                      return other.arrived <= newest.arrived && newest.arrived < other.responded;
                    }));
  }
  return most;
}

TEST(Endpoint, HoldsHundredsOfResponsesAtOnce) {
  EndpointOptions options = at_once();
  options.latency = 200ms;
  options.latency_p99 = 400ms;
  options.record_arrivals = 1000;
  const auto endpoint = started(options);
  std::unique_ptr<CURLM, Multi> multi(curl_multi_init());
  std::vector<std::unique_ptr<Visitor>> visitors;
  for (int i = 0; i < 500; ++i) {
    visitors.push_back(std::make_unique<Visitor>(*endpoint));
    visitors.back()->aim_post("/v1/chat/completions", chat_request);
    curl_multi_add_handle(multi.get(), visitors.back()->raw());
  }
  for (int running = 1; running > 0;) {
    curl_multi_perform(multi.get(), &running);
    curl_multi_poll(multi.get(), nullptr, 0, 100, nullptr);
  }
  for (const auto& visitor : visitors) {
    EXPECT_EQ(visitor->number(CURLINFO_RESPONSE_CODE), 200);
    curl_multi_remove_handle(multi.get(), visitor->raw());
  }
  EXPECT_EQ(endpoint->requests(), 500u);
  EXPECT_EQ(endpoint->arrivals().size(), 500u);
  EXPECT_EQ(most_in_window(endpoint->arrivals(), 1h), 500u);
  // 500 if the machine connects 500 clients within the shortest latency.
  EXPECT_GT(most_held(endpoint->record()), 100);
}

TEST(Endpoint, RecordsArrivalsInOrderUpToItsCapacity) {
  EndpointOptions options = at_once();
  options.record_arrivals = 3;
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  const auto begin = Clock::now();
  for (int i = 0; i < 5; ++i) visitor.get("/");
  const auto arrivals = endpoint->arrivals();
  ASSERT_EQ(arrivals.size(), 3u);
  EXPECT_GT(arrivals[0], begin);
  EXPECT_LT(arrivals[0], arrivals[1]);
  EXPECT_LT(arrivals[1], arrivals[2]);
  EXPECT_LT(arrivals[2], Clock::now());
  EXPECT_EQ(endpoint->requests(), 5u);
}

TEST(Endpoint, StopsWithResponsesHeldBack) {
  EndpointOptions options = at_once();
  options.latency = 1h;
  const auto endpoint = started(options);
  std::thread waiting([&] {
    Visitor visitor(*endpoint);
    visitor.aim("/");
    EXPECT_NE(curl_easy_perform(visitor.raw()), CURLE_OK);
  });
  while (endpoint->requests() == 0) std::this_thread::sleep_for(1ms);
  endpoint->stop();
  endpoint->stop();
  waiting.join();
}

TEST(Endpoint, OutlivesAVisitorThatHangsUp) {
  EndpointOptions options = at_once();
  options.latency = 50ms;
  const auto endpoint = started(options);
  {
    Visitor visitor(*endpoint);
    visitor.aim("/");
    curl_easy_setopt(visitor.raw(), CURLOPT_TIMEOUT_MS, 10L);
    EXPECT_EQ(curl_easy_perform(visitor.raw()), CURLE_OPERATION_TIMEDOUT);
  }
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.get("/"), 200);
  EXPECT_EQ(visitor.get("/"), 200);
}

TEST(Endpoint, CountsItsOwnCpuTime) {
  const auto endpoint = started();
  Visitor visitor(*endpoint);
  for (int i = 0; i < 50; ++i) visitor.get("/");
  const auto running = endpoint->cpu_time();
  EXPECT_GT(running, 0ns);
  endpoint->stop();
  EXPECT_GE(endpoint->cpu_time(), running);
  timespec whole{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &whole);
  EXPECT_LT(endpoint->cpu_time(),
            std::chrono::seconds(whole.tv_sec) + std::chrono::nanoseconds(whole.tv_nsec));
}

TEST(Endpoint, SaysWhyItCannotStart) {
  const auto first = started();
  const auto error_of = [](EndpointOptions options) {
    Endpoint endpoint(std::move(options));
    return endpoint.start().value_or(Error{});
  };
  const Error taken = error_of({.port = first->port()});
  EXPECT_EQ(taken.code, ErrorCode::port_in_use);
  EXPECT_EQ(taken.message, "cannot listen on 127.0.0.1:" + std::to_string(first->port()) +
                               ": Address already in use");
  const Error nowhere = error_of({.address = "nowhere"});
  EXPECT_EQ(nowhere.code, ErrorCode::invalid_value);
  EXPECT_EQ(nowhere.message, "'nowhere' is not an IPv4 address");
  const Error foreign = error_of({.address = "192.0.2.1"});
  EXPECT_EQ(foreign.code, ErrorCode::listen_failed);
  EXPECT_EQ(foreign.message.find("cannot listen on 192.0.2.1:0: "), 0U) << foreign.message;
}

TEST(Endpoint, NamesTheOptionThatCannotBeUsed) {
  const auto why = [](EndpointOptions options) {
    Endpoint endpoint(std::move(options));
    const Error error = endpoint.start().value_or(Error{ErrorCode::listen_failed, ""});
    EXPECT_EQ(error.code, ErrorCode::invalid_value);
    return error.message;
  };
  EXPECT_EQ(why({.latency = 10ms, .latency_p99 = 5ms}),
            "latency must be above 0 and at most latency_p99");
  EXPECT_EQ(why({.queue = 5}), "a queue needs a concurrency above 0");
  EXPECT_EQ(why({.key_file = "server.key"}), "a key_file needs a cert_file");
  EXPECT_EQ(why({.slow_factor = 0}), "slow_factor is out of range");
}

TEST(Endpoint, StopsWithoutAStart) {
  Endpoint endpoint({});
  endpoint.stop();
}

TEST(Endpoint, KernelTimesAreOfEachRequestsHeaders) {
  EndpointOptions options = at_once();
  options.has_kernel_times = true;
  options.record_arrivals = 2;
  const auto endpoint = started(options);
  RawClient client(*endpoint);
  // The timestamp of a body's bytes is not the arrival of that request, nor of the next one.
  const TimePoint began = Clock::now();
  client.say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfirst");
  std::this_thread::sleep_for(300ms);
  const TimePoint began_rest = Clock::now();
  client.say("/last");
  ASSERT_TRUE(client.read_until("first/last"));
  std::this_thread::sleep_for(50ms);
  const TimePoint began_next = Clock::now();
  client.post("/echo", "other");
  ASSERT_TRUE(client.read_until("other"));
  const auto arrivals = endpoint->arrivals();
  ASSERT_EQ(arrivals.size(), 2U);
  EXPECT_GE(arrivals[0], began - 1ms);
  EXPECT_LT(arrivals[0], began_rest);
  EXPECT_GE(arrivals[1], began_next - 1ms);
}

}  // namespace
}  // namespace paceline::endpoint
