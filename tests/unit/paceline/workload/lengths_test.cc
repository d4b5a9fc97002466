#include <gtest/gtest.h>
#include <paceline/lengths.h>

#include <cmath>
#include <cstdint>
#include <map>

namespace paceline {
namespace {

TEST(LengthsTest, ANumberIsTheLengthOfEveryItem) {
  const Lengths lengths = 512;
  EXPECT_EQ(lengths.fixed(), 512U);
  for (const double u : {1e-9, 0.5, 0.999}) EXPECT_EQ(lengths.at(u), 512U);
  EXPECT_EQ(lengths, 512U);
  EXPECT_EQ(Lengths(), 0U);
  EXPECT_NE(lengths, Lengths::uniform(512, 512));
}

TEST(LengthsTest, AUniformDistributionHasEachNumberEquallyOften) {
  const Lengths lengths = Lengths::uniform(3, 7);
  EXPECT_EQ(lengths.fixed(), std::nullopt);
  std::map<std::uint64_t, int> counts;
  for (int i = 0; i < 100; ++i) ++counts[lengths.at((i + 0.5) / 100)];
  EXPECT_EQ(counts, (std::map<std::uint64_t, int>{{3, 20}, {4, 20}, {5, 20}, {6, 20}, {7, 20}}));
  EXPECT_EQ(Lengths::uniform(1, Lengths::longest).at(std::nextafter(1.0, 0.0)), Lengths::longest);
}

TEST(LengthsTest, ANormalDistributionHasItsMeanAndDeviation) {
  const Lengths lengths = Lengths::normal(512, 100);
  EXPECT_EQ(lengths.at(0.5), 512U);
  EXPECT_EQ(lengths.at(0.8413447460685429), 612U);
  EXPECT_EQ(lengths.at(0.15865525393145707), 412U);
  EXPECT_EQ(lengths.at(0.99), 745U);
  EXPECT_EQ(lengths.at(1e-12), 1U);
  EXPECT_EQ(Lengths::normal(40, 0).at(0.9), 40U);
}

TEST(LengthsTest, ALognormalDistributionHasItsMedianAndPercentile) {
  const Lengths lengths = Lengths::lognormal(128, 600);
  EXPECT_EQ(lengths.at(0.5), 128U);
  EXPECT_EQ(lengths.at(0.99), 600U);
  // The first percentile is as far below the median as the last one is above.
  EXPECT_EQ(lengths.at(0.01), 27U);
  EXPECT_EQ(Lengths::lognormal(7, 7).at(0.999), 7U);
}

TEST(LengthsTest, EveryLengthIsWithinTheLimits) {
  const Lengths wide = Lengths::lognormal(1, Lengths::longest);
  EXPECT_EQ(wide.at(1e-9), 1U);
  EXPECT_EQ(wide.at(1 - 1e-9), Lengths::longest);
  EXPECT_EQ(Lengths::normal(Lengths::longest, 10).at(0.9), Lengths::longest);
}

TEST(LengthsTest, HasAName) {
  EXPECT_EQ(Lengths(512).name(), "512");
  EXPECT_EQ(Lengths::uniform(1, 99).name(), "uniform(1,99)");
  EXPECT_EQ(Lengths::normal(512, 100).name(), "normal(512,100)");
  EXPECT_EQ(Lengths::lognormal(128, 600).name(), "lognormal(128,p99=600)");
}

}  // namespace
}  // namespace paceline
