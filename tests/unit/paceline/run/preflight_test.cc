#include <gtest/gtest.h>
#include <paceline/plain_http.h>
#include <paceline/run/preflight.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text_generation.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "../../message_of.h"
#include "../http/scripted_server.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

std::string response_of(const std::string& status, const std::string& header = {}) {
  return "HTTP/1.1 " + status + "\r\n" + header + "Content-Length: 0\r\nConnection: close\r\n\r\n";
}

/// Answers with one of these after another, each on a connection of its own; empty: closes it.
class Responses {
 public:
  explicit Responses(std::vector<std::string> responses)
      : responses_(std::move(responses)),
        server_(static_cast<int>(responses_.size()), [this](int number, int connection) {
          // First: with the answer the test goes on at once.
          ++answered_;
          http::answer_one(connection, responses_[static_cast<std::size_t>(number)]);
        }) {}

  Preflight ask(const PreflightOptions& options) const {
    return send_preflight(*make_workload(PlainHttp{.url = server_.url()}), options);
  }
  int answered() const { return answered_; }

 private:
  std::vector<std::string> responses_;
  std::atomic<int> answered_ = 0;
  http::ScriptedServer server_;
};

const std::string well = response_of("200 OK");
const std::string unready = response_of("503 Busy", "Retry-After: 0\r\n");
const std::string slow_down = response_of("429 Slow", "Retry-After: 0\r\n");

TEST(PreflightTest, OneAnswerIsEnough) {
  const Responses server({well});
  EXPECT_EQ(message_of(server.ask({}).error), "");
}

TEST(PreflightTest, WithoutRetriesAFailureIsOne) {
  const Responses server({unready, well});
  const Preflight preflight = server.ask({});
  EXPECT_NE(message_of(preflight.error).find("503"), std::string::npos);
  ASSERT_TRUE(preflight.error);
  EXPECT_EQ(preflight.error->status, 503);
  EXPECT_EQ(preflight.error->code, ErrorCode::server_failed);
  EXPECT_EQ(server.answered(), 1);
}

TEST(PreflightTest, IsRetriedAsAnyOtherRequest) {
  const Responses server({unready, slow_down, well});
  EXPECT_EQ(message_of(server.ask({.retries = 2}).error), "");
  EXPECT_EQ(server.answered(), 3);
}

TEST(PreflightTest, ALongerWaitThanAllowedIsAFailureAtOnce) {
  const Responses server({response_of("429 Slow", "Retry-After: 3600\r\n")});
  const Preflight preflight = server.ask({.retries = 5});
  EXPECT_NE(message_of(preflight.error)
                .find("the server asks to wait 3600 s, more than the longest wait of 60 s"),
            std::string::npos)
      << message_of(preflight.error);
}

TEST(PreflightTest, WaitsForAServerThatIsStarting) {
  const Responses server({unready, "", response_of("502 Bad Gateway"), well});
  std::vector<std::string> told;
  PreflightOptions options;
  options.wait = 10min;
  options.on_wait = [&told](const Error& error) { told.push_back(error.message); };
  EXPECT_EQ(message_of(server.ask(options).error), "");
  EXPECT_EQ(server.answered(), 4);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("503"), std::string::npos);
}

TEST(PreflightTest, DoesNotWaitForOneThatHasStarted) {
  const Responses server({unready, response_of("400 Bad Request"), well});
  PreflightOptions options;
  options.wait = 10min;
  EXPECT_NE(message_of(server.ask(options).error).find("400"), std::string::npos);
  EXPECT_EQ(server.answered(), 2);
}

TEST(PreflightTest, RetriesOneThatHasStarted) {
  const Responses server({unready, slow_down, slow_down, well});
  PreflightOptions options{.retries = 2};
  options.wait = 10min;
  EXPECT_EQ(message_of(server.ask(options).error), "");
}

TEST(PreflightTest, NobodyWhoAnswersIsAFailureInTheEnd) {
  PreflightOptions options;
  options.wait = 1ms;
  const Preflight preflight =
      send_preflight(*make_workload(PlainHttp{.url = "http://127.0.0.1:1/"}), options);
  ASSERT_TRUE(preflight.error);
  EXPECT_EQ(preflight.error->code, ErrorCode::connect_failed);
}

const std::string refusing =
    R"({"error":{"message":"Unknown parameter: 'max_completion_tokens'"}})";

std::string response_with(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

TEST(PreflightTest, AdaptsTheWorkloadAndSendsItAgain) {
  const std::string good = R"({"choices":[{"message":{"content":"hi"}}]})";
  std::vector<std::string> answers{response_with("400 Bad Request", refusing),
                                   response_with("200 OK", good)};
  const http::ScriptedServer server(2, [&answers](int number, int connection) {
    http::answer_one(connection, answers[static_cast<std::size_t>(number)]);
  });
  const auto chat = make_workload({server.url()}, TextGeneration{.max_tokens = 5});
  const Preflight preflight = send_preflight(*chat, {});
  EXPECT_EQ(message_of(preflight.error), "");
  ASSERT_EQ(preflight.adaptations.size(), 1U);
  EXPECT_EQ(preflight.adaptations[0].second,
            "the server refuses max_completion_tokens; max_tokens is sent instead");
  // The outcome adapts the workload of another thread.
  const auto other = make_workload({server.url()}, TextGeneration{.max_tokens = 5});
  EXPECT_EQ(other->adapt(preflight.adaptations[0].first), preflight.adaptations[0].second);
}

TEST(PreflightTest, AServerThatStillRefusesFails) {
  const http::ScriptedServer server(2, [](int, int connection) {
    http::answer_one(connection, response_with("400 Bad Request", refusing));
  });
  const Preflight preflight =
      send_preflight(*make_workload({server.url()}, TextGeneration{.max_tokens = 5}), {});
  ASSERT_TRUE(preflight.error);
  EXPECT_EQ(preflight.error->status, 400);
  EXPECT_EQ(preflight.adaptations.size(), 1U);
}

TEST(PreflightTest, AStopEndsAllWaiting) {
  std::atomic<bool> stop{false};
  PreflightOptions options;
  options.wait = 10min;
  options.stop = &stop;
  options.on_wait = [&stop](const Error&) { stop = true; };
  EXPECT_TRUE(
      send_preflight(*make_workload(PlainHttp{.url = "http://127.0.0.1:1/"}), options).error);
  // Nor is anything sent after one.
  const Responses server({well});
  const Preflight unsent = server.ask(options);
  EXPECT_EQ(message_of(unsent.error), "stopped before it was answered");
  EXPECT_EQ(unsent.error->code, ErrorCode::stopped);
}

TEST(PreflightTest, AStopEndsTheWaitForARetry) {
  const Responses server({response_of("429 Slow", "Retry-After: 50\r\n"), well});
  std::atomic<bool> stop{false};
  std::thread stopper([&] {
    while (server.answered() == 0) std::this_thread::sleep_for(5ms);
    std::this_thread::sleep_for(50ms);
    stop = true;
  });
  PreflightOptions options{.retries = 1};
  options.stop = &stop;
  EXPECT_TRUE(server.ask(options).error);
  stopper.join();
  EXPECT_LE(server.answered(), 1);
}

}  // namespace
}  // namespace paceline::run
