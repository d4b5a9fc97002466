#include <gtest/gtest.h>
#include <mpi/clock_fit.h>

#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

namespace paceline::mpi {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr TimePoint begin{1h};

/// Two clocks, and messages between them.
class World {
 public:
  World(nanoseconds offset, double drift) : offset_(offset), drift_(drift) {}

  /// The true offset of the other clock at a time of this one.
  nanoseconds offset_at(TimePoint time) const {
    const double seconds = std::chrono::duration<double>(time - begin).count();
    return offset_ + nanoseconds(static_cast<std::int64_t>(1e9 * drift_ * seconds));
  }
  /// A ping that takes `there`, and a reply that takes `back`.
  ClockSample ping(TimePoint sent, nanoseconds there, nanoseconds back) const {
    const TimePoint arrived = sent + there;
    return {sent, arrived + back, arrived + offset_at(arrived)};
  }

 private:
  nanoseconds offset_;
  double drift_;
};

nanoseconds wrong_by(const ClockOffset& found, nanoseconds truth) {
  return std::chrono::abs(found.offset - truth);
}

TEST(ClockFitTest, KnowsNothingBeforeTheFirstBurst) {
  ClockFit fit;
  fit.add({});
  EXPECT_FALSE(fit.at(begin));
}

TEST(ClockFitTest, EqualWaysGiveTheExactOffset) {
  const World world(123h + 45ns, 0);
  ClockFit fit;
  fit.add({world.ping(begin, 20us, 20us)});
  const auto found = fit.at(begin);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->offset, 123h + 45ns);
  EXPECT_GE(found->error, 20us);
  EXPECT_LT(found->error, 21us);
}

TEST(ClockFitTest, TheShortestRoundTripOfABurstCounts) {
  const World world(7s, 0);
  ClockFit fit;
  fit.add({world.ping(begin, 900us, 20us), world.ping(begin + 1ms, 10us, 12us),
           world.ping(begin + 2ms, 20us, 700us)});
  const auto found = fit.at(begin + 2ms);
  EXPECT_EQ(found->offset, 7s - 1us);
  EXPECT_LT(found->error, 12us);
}

TEST(ClockFitTest, TheErrorCoversWaysOfAnyInequality) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::int64_t> microseconds(1, 5'000);
  const World world(-5s, 30e-6);
  for (int run = 0; run < 100; ++run) {
    ClockFit fit;
    TimePoint now = begin;
    for (int burst = 0; burst < 20; ++burst, now += 1s) {
      const std::chrono::microseconds there(microseconds(random));
      const std::chrono::microseconds back(microseconds(random));
      fit.add({world.ping(now, there, back)});
      const auto found = fit.at(now);
      EXPECT_LE(wrong_by(*found, world.offset_at(now)), found->error);
    }
  }
}

TEST(ClockFitTest, FollowsTheDrift) {
  const World world(3s, 40e-6);
  ClockFit fit;
  TimePoint now = begin;
  for (int burst = 0; burst < 60; ++burst, now += 1s) fit.add({world.ping(now, 25us, 25us)});
  // No pings for ten seconds, in which the clocks drift by 0.4 ms.
  now += 10s;
  const auto found = fit.at(now);
  EXPECT_NEAR(found->drift, 40e-6, 1e-6);
  EXPECT_LT(wrong_by(*found, world.offset_at(now)), 20us);
  EXPECT_LT(found->error, 100us);
}

TEST(ClockFitTest, AnOldOffsetIsLessCertain) {
  const World world(3s, 0);
  ClockFit fit;
  fit.add({world.ping(begin, 10us, 10us)});
  EXPECT_LT(fit.at(begin)->error, 11us);
  EXPECT_GT(fit.at(begin + 10s)->error, 500us);
}

}  // namespace
}  // namespace paceline::mpi
