#include <gtest/gtest.h>
#include <paceline/loop/sockets.h>

#include <chrono>
#include <thread>

#include "../../tcp_pair.h"

namespace paceline::loop {
namespace {

using namespace std::chrono_literals;

using ReceiveTime = TcpPair;

TEST_F(ReceiveTime, IsWhenTheBytesCameNotWhenTheyAreLookedAt) {
  if (!notes_are_taken()) GTEST_SKIP() << "this system takes no note";
  const TimePoint before = Clock::now();
  say("hello");
  std::this_thread::sleep_for(200ms);
  const TimePoint looked_at = Clock::now();
  const auto came = receive_time(here());
  ASSERT_TRUE(came);
  // Two clocks are read, one after the other.
  EXPECT_GE(*came, before - 1ms);
  EXPECT_LT(*came, looked_at);
}

TEST_F(ReceiveTime, IsOfTheNewestBytes) {
  if (!notes_are_taken()) GTEST_SKIP() << "this system takes no note";
  say("hello");
  std::this_thread::sleep_for(50ms);
  const TimePoint before_newest = Clock::now();
  say(", you");
  std::this_thread::sleep_for(50ms);
  const auto came = receive_time(here());
  ASSERT_TRUE(came);
  EXPECT_GE(*came, before_newest - 1ms);
}

TEST_F(ReceiveTime, TakesNoByteAway) {
  note_receive_times(here());
  say("hello");
  receive_time(here());
  receive_time(here());
  EXPECT_EQ(hear(), "hello");
}

TEST_F(ReceiveTime, IsNothingWhereNothingCame) {
  note_receive_times(here());
  EXPECT_FALSE(receive_time(here()));
  hang_up();
  EXPECT_FALSE(receive_time(here()));
}

TEST_F(ReceiveTime, IsNothingWhereNobodyAskedForIt) {
  say("hello");
  EXPECT_FALSE(receive_time(here()));
}

}  // namespace
}  // namespace paceline::loop
