#include <gtest/gtest.h>
#include <paceline/moments.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <random>

namespace paceline::stats {
namespace {

Moments of(std::initializer_list<std::uint64_t> numbers) {
  Moments moments;
  for (const std::uint64_t number : numbers) moments.record(number);
  return moments;
}

TEST(MomentsTest, MeanAndDeviationAreTheirFormulas) {
  const Moments moments = of({2, 4, 4, 4, 5, 5, 7, 9});
  EXPECT_EQ(moments.count(), 8U);
  EXPECT_DOUBLE_EQ(moments.mean(), 5);
  // The squared differences are 32 in total.
  EXPECT_DOUBLE_EQ(moments.stddev(), std::sqrt(32.0 / 7));
  EXPECT_DOUBLE_EQ(of({1, 2}).mean(), 1.5);
  EXPECT_DOUBLE_EQ(of({1, 2}).stddev(), std::sqrt(0.5));
}

TEST(MomentsTest, FewNumbersDoNotDeviate) {
  EXPECT_EQ(Moments().mean(), 0);
  EXPECT_EQ(Moments().stddev(), 0);
  EXPECT_EQ(of({7}).mean(), 7);
  EXPECT_EQ(of({7}).stddev(), 0);
}

TEST(MomentsTest, MillionsOfLargeNumbersLoseNothing) {
  // An hour in nanoseconds, one more or less: a sum of doubles would lose the difference.
  constexpr std::uint64_t hour = 3'600'000'000'000;
  constexpr std::uint64_t pairs = 2'000'000;
  Moments moments;
  for (std::uint64_t i = 0; i < pairs; ++i) {
    moments.record(hour - 1);
    moments.record(hour + 1);
  }
  EXPECT_EQ(moments.mean(), static_cast<double>(hour));
  EXPECT_DOUBLE_EQ(moments.stddev(), std::sqrt(2.0 * pairs / (2.0 * pairs - 1)));
  Moments equal;
  for (std::uint64_t i = 0; i < pairs; ++i) equal.record(hour + 1);
  EXPECT_EQ(equal.mean(), static_cast<double>(hour + 1));
  EXPECT_EQ(equal.stddev(), 0);
}

TEST(MomentsTest, TheOrderOfNumbersAndMergesDoesNotMatter) {
  std::mt19937_64 random(5);
  Moments whole;
  Moments parts[3];
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t number = random() & Moments::largest;
    whole.record(number);
    parts[random() % 3].record(number);
  }
  Moments merged = parts[2];
  merged.merge(parts[0]);
  merged.merge(parts[1]);
  EXPECT_EQ(merged.count(), whole.count());
  EXPECT_EQ(merged.mean(), whole.mean());
  EXPECT_EQ(merged.stddev(), whole.stddev());
  // Of an even distribution.
  const double expected = static_cast<double>(Moments::largest) / std::sqrt(12);
  EXPECT_NEAR(whole.stddev(), expected, 0.01 * expected);
}

TEST(MomentsTest, TheLargestNumbersAreClamped) {
  const Moments moments = of({Moments::largest, Moments::largest + 1, ~std::uint64_t{0}});
  EXPECT_EQ(moments.mean(), static_cast<double>(Moments::largest));
  EXPECT_EQ(moments.stddev(), 0);
}

}  // namespace
}  // namespace paceline::stats
