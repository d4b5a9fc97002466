#include <gtest/gtest.h>
#include <paceline/run/rate_search.h>

#include <cstdint>
#include <vector>

namespace paceline::run {
namespace {

/// The rates that are tried where `capacity` and less meets the objective.
std::vector<std::uint64_t> tried(RateSearch& search, std::uint64_t capacity) {
  std::vector<std::uint64_t> rates;
  while (const auto rate = search.next()) {
    rates.push_back(*rate);
    search.add(*rate <= capacity);
    // A search that does not end is not one.
    if (rates.size() > 100) break;
  }
  return rates;
}

TEST(RateSearchTest, DoublesThenTakesTheMiddle) {
  RateSearch search(60, 1, 1'000'000);
  EXPECT_EQ(tried(search, 1'000), (std::vector<std::uint64_t>{60, 120, 240, 480, 960, 1920, 1358,
                                                              1142, 1047, 1003, 981, 992}));
  EXPECT_EQ(search.best(), 992U);
  EXPECT_EQ(search.lowest_missed(), 1003U);
}

TEST(RateSearchTest, HalvesWhereTheStartIsTooHigh) {
  RateSearch search(1'000, 1, 1'000'000);
  EXPECT_EQ(tried(search, 100),
            (std::vector<std::uint64_t>{1000, 500, 250, 125, 62, 88, 105, 96, 100, 102}));
  EXPECT_EQ(search.best(), 100U);
}

TEST(RateSearchTest, StopsAtTheHighestAllowed) {
  RateSearch search(60, 1, 200);
  EXPECT_EQ(tried(search, 1'000), (std::vector<std::uint64_t>{60, 120, 200}));
  EXPECT_EQ(search.best(), 200U);
  EXPECT_FALSE(search.lowest_missed());
}

TEST(RateSearchTest, AStartAboveTheHighestIsTheHighest) {
  RateSearch search(500, 1, 200);
  EXPECT_EQ(tried(search, 1'000), (std::vector<std::uint64_t>{200}));
}

TEST(RateSearchTest, FindsNothingWhereNothingMeetsIt) {
  RateSearch search(8, 1, 100);
  EXPECT_EQ(tried(search, 0), (std::vector<std::uint64_t>{8, 4, 2, 1}));
  EXPECT_EQ(search.best(), 0U);
  EXPECT_EQ(search.lowest_missed(), 1U);
}

TEST(RateSearchTest, GoesNoLowerThanAllowed) {
  RateSearch search(200, 60, 1'000);
  EXPECT_EQ(tried(search, 0), (std::vector<std::uint64_t>{200, 100, 60}));
  EXPECT_EQ(search.best(), 0U);
}

TEST(RateSearchTest, IsWithinTwoPercentOfEveryCapacity) {
  for (std::uint64_t capacity = 1; capacity < 200'000; capacity += 1 + capacity / 7) {
    RateSearch search(60, 1, 60'000'000);
    EXPECT_LE(tried(search, capacity).size(), 25U);
    const auto best = static_cast<double>(search.best());
    EXPECT_LE(search.best(), capacity);
    EXPECT_TRUE(static_cast<double>(capacity) <= 1.02 * best || capacity < search.best() + 1)
        << capacity << " found " << search.best();
  }
}

}  // namespace
}  // namespace paceline::run
