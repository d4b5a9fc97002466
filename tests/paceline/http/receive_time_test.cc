#include <gtest/gtest.h>
#include <paceline/http/receive_time.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string_view>
#include <thread>

#include "loopback_listener.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

/// Both ends of a TCP connection.
class ReceiveTime : public testing::Test {
 protected:
  ReceiveTime() {
    const LoopbackListener listener(1);
    here_ = listener.connect();
    there_ = listener.accept();
  }
  ~ReceiveTime() override {
    close(here_);
    hang_up();
  }

  void hang_up() {
    if (there_ >= 0) close(there_);
    there_ = -1;
  }

  /// When it had been sent.
  TimePoint say(std::string_view words) const {
    EXPECT_EQ(send(there_, words.data(), words.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(words.size()));
    return Clock::now();
  }

  std::string_view hear() {
    const ssize_t length = recv(here_, heard_.data(), heard_.size(), 0);
    return {heard_.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
  }

  /// The kernel begins to take notes a little after it was asked.
  bool notes_are_taken() {
    note_receive_times(here_);
    for (int tries = 0; tries < 100; ++tries) {
      say(".");
      std::this_thread::sleep_for(10ms);
      const bool is_noted = receive_time(here_).has_value();
      hear();
      if (is_noted) return true;
    }
    return false;
  }

  int here_ = -1;
  int there_ = -1;
  std::array<char, 100> heard_{};
};

TEST_F(ReceiveTime, IsWhenTheBytesCameNotWhenTheyAreLookedAt) {
  if (!notes_are_taken()) GTEST_SKIP() << "this system takes no note";
  const TimePoint before = Clock::now();
  const TimePoint after = say("hello");
  std::this_thread::sleep_for(200ms);
  const auto came = receive_time(here_);
  ASSERT_TRUE(came);
  // Two clocks are read, one after the other.
  EXPECT_GE(*came, before - 1ms);
  EXPECT_LT(*came, after + 100ms);
}

TEST_F(ReceiveTime, IsOfTheNewestBytes) {
  if (!notes_are_taken()) GTEST_SKIP() << "this system takes no note";
  say("hello");
  std::this_thread::sleep_for(50ms);
  const TimePoint before_newest = Clock::now();
  say(", you");
  std::this_thread::sleep_for(50ms);
  const auto came = receive_time(here_);
  ASSERT_TRUE(came);
  EXPECT_GE(*came, before_newest - 1ms);
}

TEST_F(ReceiveTime, TakesNoByteAway) {
  note_receive_times(here_);
  say("hello");
  receive_time(here_);
  receive_time(here_);
  EXPECT_EQ(hear(), "hello");
}

TEST_F(ReceiveTime, IsNothingWhereNothingCame) {
  note_receive_times(here_);
  EXPECT_FALSE(receive_time(here_));
  hang_up();
  EXPECT_FALSE(receive_time(here_));
}

TEST_F(ReceiveTime, IsNothingWhereNobodyAskedForIt) {
  say("hello");
  EXPECT_FALSE(receive_time(here_));
}

}  // namespace
}  // namespace paceline
