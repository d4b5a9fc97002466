#include <endpoint/latency_model.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace paceline {
namespace {

using namespace std::chrono_literals;

TEST(LatencyModel, FixedNeverChanges) {
  auto model = LatencyModel::fixed(50ms);
  EXPECT_EQ(model.next(), 50ms);
  EXPECT_EQ(model.next(), 50ms);
}

TEST(LatencyModel, LognormalHasTheAskedMedianAndP99) {
  auto model = LatencyModel::lognormal(50ms, 200ms, 1);
  std::vector<std::chrono::nanoseconds> times(100'000);
  for (auto& time : times) time = model.next();
  std::sort(times.begin(), times.end());
  EXPECT_GT(times.front(), 0ns);
  EXPECT_NEAR(std::chrono::duration<double>(times[50'000]).count(), 0.050, 0.001);
  EXPECT_NEAR(std::chrono::duration<double>(times[99'000]).count(), 0.200, 0.008);
}

TEST(LatencyModel, ASeedGivesTheSameTimes) {
  auto one = LatencyModel::lognormal(50ms, 200ms, 7);
  auto same = LatencyModel::lognormal(50ms, 200ms, 7);
  auto other = LatencyModel::lognormal(50ms, 200ms, 8);
  int different = 0;
  for (int i = 0; i < 100; ++i) {
    const auto time = one.next();
    EXPECT_EQ(time, same.next());
    if (time != other.next()) ++different;
  }
  EXPECT_GT(different, 90);
}

TEST(LatencyModel, SlowsTheSlowestShareOnly) {
  auto model = LatencyModel::lognormal(50ms, 200ms, 1);
  auto slowed = LatencyModel::lognormal(50ms, 200ms, 1);
  slowed.slow_down(0.05, 1.6);
  std::vector<std::pair<std::chrono::nanoseconds, std::chrono::nanoseconds>> pairs(20'000);
  for (auto& [before, after] : pairs) {
    before = model.next();
    after = slowed.next();
  }
  std::sort(pairs.begin(), pairs.end());
  const auto is_slowed = [](const auto& pair) { return pair.second != pair.first; };
  const auto first = std::find_if(pairs.begin(), pairs.end(), is_slowed);
  // 5% of 20,000, give or take 3 standard deviations.
  EXPECT_NEAR(static_cast<double>(pairs.end() - first), 1'000, 93);
  for (auto pair = first; pair != pairs.end(); ++pair) {
    const auto factor =
        static_cast<double>(pair->second.count()) / static_cast<double>(pair->first.count());
    EXPECT_NEAR(factor, 1.6, 1e-6);
  }
}

TEST(LatencyModel, SlowsARandomShareOfEqualTimes) {
  auto model = LatencyModel::fixed(50ms);
  model.slow_down(0.25, 3);
  int slow = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto time = model.next();
    if (time != 50ms) {
      EXPECT_EQ(time, 150ms);
      ++slow;
    }
  }
  EXPECT_NEAR(slow, 2'500, 130);
}

TEST(LatencyModel, LognormalWithoutSpreadIsFixed) {
  auto model = LatencyModel::lognormal(50ms, 50ms, 1);
  EXPECT_EQ(model.next(), 50ms);
  EXPECT_EQ(model.next(), 50ms);
}

TEST(LatencyModel, SumsItsNextDraws) {
  auto one = LatencyModel::lognormal(50ms, 200ms, 1);
  auto same = LatencyModel::lognormal(50ms, 200ms, 1);
  auto sum = 0ns;
  for (int i = 0; i < 31; ++i) sum += one.next();
  EXPECT_EQ(same.sum(31), sum);
  EXPECT_EQ(same.next(), one.next());
  EXPECT_EQ(same.sum(0), 0ns);
  EXPECT_EQ(LatencyModel::fixed(3ms).sum(1'000'000), 3'000'000ms);
}

TEST(LatencyModel, StaysWithinItsLongestTime) {
  auto spread = LatencyModel::lognormal(1ns, longest_endpoint_time, 1);
  spread.slow_down(1, 1e6);
  for (int i = 0; i < 10'000; ++i) {
    const auto drawn = spread.next();
    EXPECT_GE(drawn, 0ns);
    EXPECT_LE(drawn, longest_endpoint_time);
  }
  EXPECT_EQ(LatencyModel::fixed(longest_endpoint_time).sum(1'000'000),
            1000 * longest_endpoint_time);
  EXPECT_EQ(LatencyModel::fixed(1h).sum(0), 0ns);
}

}  // namespace
}  // namespace paceline
