#include <gtest/gtest.h>
#include <paceline/pace/schedule.h>

#include <cstdint>
#include <limits>

namespace paceline::pace {
namespace {

TEST(UniformTest, FillsItsIntervalInEvenSteps) {
  EXPECT_EQ(uniform(0), 0);
  EXPECT_EQ(uniform(std::uint64_t{1} << 63U), 0.5);
  EXPECT_EQ(uniform(std::uint64_t{1} << 11U), 0x1p-53);
  EXPECT_EQ(uniform(std::numeric_limits<std::uint64_t>::max()), 1 - 0x1p-53);
}

TEST(UniformTest, UsesTheTopBitsOnly) {
  EXPECT_EQ(uniform((1U << 11U) - 1), 0);
}

}  // namespace
}  // namespace paceline::pace
