#include <gtest/gtest.h>
#include <paceline/loop/timers.h>
#include <sys/prctl.h>

#include <chrono>
#include <memory>
#include <string>

#include "../../test_loop.h"
#include "lateness.h"
#include "ready_pipe.h"

namespace paceline::loop {
namespace {

using namespace std::chrono_literals;

class BlockingSleepTest : public testing::Test {
 protected:
  TestLoop loop_;
  std::string story_;
  TimePoint woke_;
  BlockingSleep nap_{loop_, [this] {
                       woke_ = Clock::now();
                       story_ += "nap ";
                       loop_.stop();
                     }};
};

TEST_F(BlockingSleepTest, IsNeverShortAndLongerByFarLessThanAMillisecond) {
  Lateness lateness;
  for (int i = 0; i < 101; ++i) {
    const TimePoint due = Clock::now() + 500us + std::chrono::microseconds(i);
    nap_.until(due);
    loop_.run();
    ASSERT_GE(woke_, due);
    lateness.record(woke_ - due);
  }
  EXPECT_TRUE(lateness.is_far_less_than_a_millisecond());
}

TEST_F(BlockingSleepTest, WhatComesInMeanwhileIsHandledAfterTheCallInTheSameTurn) {
  ReadyPipe pipe(loop_, [this] { story_ += "event "; });
  const TimePoint due = Clock::now() + BlockingSleep::longest;
  nap_.until(due);
  loop_.run_once();
  EXPECT_EQ(story_, "nap event ");
  EXPECT_GE(woke_, due);
}

TEST_F(BlockingSleepTest, MayBeTakenAgainFromInside) {
  int naps = 0;
  std::unique_ptr<BlockingSleep> again;
  again = std::make_unique<BlockingSleep>(loop_, [&] {
    if (++naps == 3) return loop_.stop();
    again->until(Clock::now() + 100us);
  });
  again->until(Clock::now() + 100us);
  loop_.run();
  EXPECT_EQ(naps, 3);
}

TEST_F(BlockingSleepTest, CanBeMovedAndCancelled) {
  const TimePoint due = Clock::now() + 900us;
  nap_.until(due - 800us);
  nap_.until(due);
  loop_.run();
  EXPECT_GE(woke_, due);
  nap_.until(Clock::now());
  nap_.cancel();
  Timer later(loop_, [this] { loop_.stop(); });
  later.start(2ms);
  loop_.run();
  EXPECT_EQ(story_, "nap ");
}

TEST_F(BlockingSleepTest, GivesBackTheThreadsTimerSlack) {
  prctl(PR_SET_TIMERSLACK, 12'345UL);
  {
    const BlockingSleep another(loop_, [] {});
    EXPECT_EQ(prctl(PR_GET_TIMERSLACK), 1);
  }
  EXPECT_EQ(prctl(PR_GET_TIMERSLACK), 12'345);
}

}  // namespace
}  // namespace paceline::loop
