#include <gtest/gtest.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/timers.h>

#include <chrono>
#include <optional>

#include "../../test_loop.h"

namespace paceline::loop {
namespace {

using namespace std::chrono_literals;

TEST(SchedulerSlice, IsThisThreadsWhileItLives) {
  const auto before = SchedulerSlice::current();
  if (!before) GTEST_SKIP() << "this system has no slices of a thread's own";
  {
    const SchedulerSlice slice;
    EXPECT_EQ(SchedulerSlice::current(), 100us);
  }
  EXPECT_EQ(SchedulerSlice::current(), before);
}

TEST(SchedulerSlice, IsThatOfARunningLoop) {
  if (!SchedulerSlice::current()) GTEST_SKIP() << "this system has no slices of a thread's own";
  TestLoop loop;
  std::optional<std::chrono::nanoseconds> inside;
  Timer timer(loop, [&] {
    inside = SchedulerSlice::current();
    loop.stop();
  });
  timer.start(1ms);
  loop.run();
  EXPECT_EQ(inside, 100us);
}

}  // namespace
}  // namespace paceline::loop
