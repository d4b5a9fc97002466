#include <gtest/gtest.h>
#include <paceline/loop/timers.h>

#include <chrono>
#include <memory>
#include <vector>

#include "../../few_descriptors.h"
#include "../../test_loop.h"
#include "lateness.h"

namespace paceline::loop {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

struct Rings {
  TestLoop loop;
  std::vector<TimePoint> at;
  std::unique_ptr<PreciseTimer> timer = PreciseTimer::make(loop, [this] {
                                          at.push_back(Clock::now());
                                          loop.stop();
                                        }).value();

  void run_for(milliseconds time) {
    Timer end(loop, [this] { loop.stop(); });
    end.start(time);
    loop.run();
  }
};

TEST(PreciseTimer, WithoutADescriptorThereIsNone) {
  if (sanitizer_needs_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors";
  TestLoop loop;
  EXPECT_TRUE(with_few_descriptors(0, [&loop] {
    const auto timer = PreciseTimer::make(loop, [] {});
    return !timer && timer.error().code == ErrorCode::no_descriptor &&
           timer.error().message == "no descriptor for a timer: Too many open files";
  }));
}

TEST(PreciseTimer, RingsOnceAndNeverEarly) {
  Rings rings;
  const auto due = Clock::now() + microseconds(5300);
  rings.timer->set(due);
  rings.loop.run();
  rings.run_for(milliseconds(10));
  ASSERT_EQ(rings.at.size(), 1u);
  EXPECT_GE(rings.at[0], due);
}

TEST(PreciseTimer, IsLateByFarLessThanAMillisecond) {
  Rings rings;
  Lateness lateness;
  for (int i = 0; i < 101; ++i) {
    const auto due = Clock::now() + microseconds(1300 + i);
    rings.timer->set(due);
    rings.loop.run();
    ASSERT_GE(rings.at.back(), due);
    lateness.record(rings.at.back() - due);
  }
  EXPECT_TRUE(lateness.is_far_less_than_a_millisecond());
}

TEST(PreciseTimer, MovesEarlier) {
  Rings rings;
  const auto start = Clock::now();
  const auto first = start + std::chrono::seconds(30);
  rings.timer->set(first);
  rings.timer->set(start + milliseconds(5));
  rings.loop.run();
  ASSERT_EQ(rings.at.size(), 1u);
  EXPECT_GE(rings.at[0], start + milliseconds(5));
  EXPECT_LT(rings.at[0], first);
}

TEST(PreciseTimer, MovesLater) {
  Rings rings;
  const auto start = Clock::now();
  rings.timer->set(start + milliseconds(2));
  rings.timer->set(start + milliseconds(20));
  rings.loop.run();
  ASSERT_EQ(rings.at.size(), 1u);
  EXPECT_GE(rings.at[0], start + milliseconds(20));
}

TEST(PreciseTimer, RingsAtOnceForATimeInThePast) {
  Rings rings;
  rings.timer->set(Clock::now() - milliseconds(1));
  rings.loop.run();
  rings.timer->set(TimePoint{});
  rings.loop.run();
  EXPECT_EQ(rings.at.size(), 2u);
}

TEST(PreciseTimer, CancelledStaysSilentAndCanBeSetAgain) {
  Rings rings;
  const auto due = Clock::now() + milliseconds(5);
  rings.timer->set(due);
  rings.timer->cancel();
  rings.run_for(milliseconds(15));
  EXPECT_TRUE(rings.at.empty());

  const auto next = Clock::now() + milliseconds(5);
  rings.timer->set(next);
  rings.timer->cancel();
  rings.timer->set(next);
  rings.loop.run();
  ASSERT_EQ(rings.at.size(), 1u);
  EXPECT_GE(rings.at[0], next);
}

TEST(PreciseTimer, MayBeSetInsideItsOwnCall) {
  TestLoop loop;
  int rung = 0;
  std::unique_ptr<PreciseTimer> timer;
  timer = PreciseTimer::make(loop, [&] {
            if (++rung == 3) {
              loop.stop();
              return;
            }
            timer->set(Clock::now() + microseconds(700));
          }).value();
  timer->set(Clock::now());
  loop.run();
  EXPECT_EQ(rung, 3);
}

}  // namespace
}  // namespace paceline::loop
