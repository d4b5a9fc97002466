#include <gtest/gtest.h>
#include <paceline/endpoint/latency_model.h>

#include <algorithm>
#include <chrono>
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

TEST(LatencyModel, LognormalWithoutSpreadIsFixed) {
  auto model = LatencyModel::lognormal(50ms, 50ms, 1);
  EXPECT_EQ(model.next(), 50ms);
  EXPECT_EQ(model.next(), 50ms);
}

}  // namespace
}  // namespace paceline
