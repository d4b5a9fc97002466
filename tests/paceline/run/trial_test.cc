#include <gtest/gtest.h>
#include <paceline/run/run.h>
#include <paceline/workload/plain_http.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "../http/scripted_server.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

std::string reply_of(const std::string& status, const std::string& header = {}) {
  return "HTTP/1.1 " + status + "\r\n" + header + "Content-Length: 0\r\nConnection: close\r\n\r\n";
}

/// Answers with one of these after another, each on a connection of its own; empty: closes it.
class Replies {
 public:
  explicit Replies(std::vector<std::string> replies)
      : replies_(std::move(replies)),
        server_(static_cast<int>(replies_.size()), [this](int number, int connection) {
          // First: with the answer the test goes on at once.
          ++answered_;
          answer_one(connection, replies_[static_cast<std::size_t>(number)]);
        }) {}

  Trial ask(const TrialOptions& options) const {
    return try_once(*make_workload(PlainHttp{.url = server_.url()}), options);
  }
  int answered() const { return answered_; }

 private:
  std::vector<std::string> replies_;
  std::atomic<int> answered_ = 0;
  ScriptedServer server_;
};

const std::string well = reply_of("200 OK");
const std::string unready = reply_of("503 Busy", "Retry-After: 0\r\n");
const std::string slow_down = reply_of("429 Slow", "Retry-After: 0\r\n");

TEST(TrialTest, OneAnswerIsEnough) {
  const Replies server({well});
  EXPECT_EQ(server.ask({}).failure, "");
}

TEST(TrialTest, WithoutRetriesAFailureIsOne) {
  const Replies server({unready, well});
  const Trial trial = server.ask({});
  EXPECT_NE(trial.failure.find("503"), std::string::npos);
  EXPECT_EQ(trial.status, 503);
  EXPECT_EQ(trial.kind, Failure::http_5xx);
  EXPECT_EQ(server.answered(), 1);
}

TEST(TrialTest, IsRetriedAsAnyOtherRequest) {
  const Replies server({unready, slow_down, well});
  EXPECT_EQ(server.ask({.retries = 2}).failure, "");
  EXPECT_EQ(server.answered(), 3);
}

TEST(TrialTest, ALongerWaitThanAllowedIsAFailureAtOnce) {
  const Replies server({reply_of("429 Slow", "Retry-After: 3600\r\n")});
  const Trial trial = server.ask({.retries = 5});
  EXPECT_NE(
      trial.failure.find("the server asks to wait 3600 s, more than the longest wait of 60 s"),
      std::string::npos)
      << trial.failure;
}

TEST(TrialTest, WaitsForAServerThatIsStarting) {
  const Replies server({unready, "", reply_of("502 Bad Gateway"), well});
  std::vector<std::string> told;
  TrialOptions options;
  options.wait = 10min;
  options.on_wait = [&told](const std::string& why) { told.push_back(why); };
  EXPECT_EQ(server.ask(options).failure, "");
  EXPECT_EQ(server.answered(), 4);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("503"), std::string::npos);
}

TEST(TrialTest, DoesNotWaitForOneThatHasStarted) {
  const Replies server({unready, reply_of("400 Bad Request"), well});
  TrialOptions options;
  options.wait = 10min;
  EXPECT_NE(server.ask(options).failure.find("400"), std::string::npos);
  EXPECT_EQ(server.answered(), 2);
}

TEST(TrialTest, RetriesOneThatHasStarted) {
  const Replies server({unready, slow_down, slow_down, well});
  TrialOptions options{.retries = 2};
  options.wait = 10min;
  EXPECT_EQ(server.ask(options).failure, "");
}

TEST(TrialTest, NobodyWhoAnswersIsAFailureInTheEnd) {
  TrialOptions options;
  options.wait = 1ms;
  const Trial trial = try_once(*make_workload(PlainHttp{.url = "http://127.0.0.1:1/"}), options);
  EXPECT_EQ(trial.kind, Failure::connect);
  EXPECT_NE(trial.failure, "");
}

TEST(TrialTest, AStopEndsAllWaiting) {
  std::atomic<bool> stop{false};
  TrialOptions options;
  options.wait = 10min;
  options.stop = &stop;
  options.on_wait = [&stop](const std::string&) { stop = true; };
  EXPECT_NE(try_once(*make_workload(PlainHttp{.url = "http://127.0.0.1:1/"}), options).failure, "");
  // Nor is anything sent after one.
  const Replies server({well});
  EXPECT_EQ(server.ask(options).failure, "stopped before it was answered");
}

TEST(TrialTest, AStopEndsTheWaitForARetry) {
  const Replies server({reply_of("429 Slow", "Retry-After: 50\r\n"), well});
  std::atomic<bool> stop{false};
  std::thread stopper([&] {
    while (server.answered() == 0) std::this_thread::sleep_for(5ms);
    std::this_thread::sleep_for(50ms);
    stop = true;
  });
  TrialOptions options{.retries = 1};
  options.stop = &stop;
  EXPECT_NE(server.ask(options).failure, "");
  stopper.join();
  EXPECT_LE(server.answered(), 1);
}

}  // namespace
}  // namespace paceline
