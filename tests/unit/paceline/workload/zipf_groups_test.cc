#include <gtest/gtest.h>
#include <paceline/workload/zipf_groups.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace paceline::workload {
namespace {

constexpr std::uint64_t enough_items = 200'000;

std::vector<double> shares_of(const PrefixGroups& asked) {
  const ZipfGroups groups(asked);
  std::vector<double> shares(asked.count);
  for (std::uint64_t item = 0; item < enough_items; ++item) {
    shares.at(groups.of(item)) += 1.0 / enough_items;
  }
  return shares;
}

TEST(ZipfGroupsTest, TheSharesFollowTheLaw) {
  for (const double exponent : {0.0, 0.5, 1.0, 1.2, 3.0, 10.0}) {
    for (const std::uint64_t count : {2U, 7U, 100U}) {
      const std::vector<double> shares = shares_of({count, exponent});
      double sum = 0;
      for (std::uint64_t k = 1; k <= count; ++k) {
        sum += std::pow(static_cast<double>(k), -exponent);
      }
      double distance = 0;
      for (std::uint64_t k = 1; k <= count; ++k) {
        const double share = std::pow(static_cast<double>(k), -exponent) / sum;
        distance += std::pow(shares[k - 1] - share, 2) / share;
      }
      // Pearson's statistic has the mean count - 1 and a standard deviation below sqrt(2 * count).
      const double freedom = static_cast<double>(count) - 1;
      EXPECT_LT(distance * enough_items, freedom + 4 * std::sqrt(2 * freedom))
          << exponent << ", " << count;
    }
  }
}

TEST(ZipfGroupsTest, ManyGroupsTakeNoTable) {
  const std::vector<double> shares = shares_of({10'000'000, 1});
  // The shares of the first group and of the first thousand: 1 and 7.485 over the sum of 1 / k.
  EXPECT_NEAR(shares[0] * 16.695, 1, 0.05);
  double thousand = 0;
  for (std::size_t i = 0; i < 1'000; ++i) thousand += shares[i];
  EXPECT_NEAR(thousand * 16.695 / 7.485, 1, 0.02);
}

TEST(ZipfGroupsTest, OneGroupHasEveryItem) {
  const ZipfGroups groups({1, 0});
  for (std::uint64_t item = 0; item < 100; ++item) EXPECT_EQ(groups.of(item), 0U);
}

TEST(ZipfGroupsTest, AreTheSameEverywhere) {
  const auto first_groups = [](const PrefixGroups& asked) {
    std::vector<std::uint64_t> groups;
    for (std::uint64_t item = 0; item < 10; ++item) groups.push_back(ZipfGroups(asked).of(item));
    return groups;
  };
  using Groups = std::vector<std::uint64_t>;
  EXPECT_EQ(first_groups({10, 0}), (Groups{7, 1, 5, 6, 7, 4, 7, 4, 0, 9}));
  EXPECT_EQ(first_groups({1'000, 1}), (Groups{177, 1, 23, 60, 107, 20, 117, 21, 0, 631}));
  EXPECT_EQ(first_groups({1'000'000, 1.2}), (Groups{367, 0, 13, 49, 129, 11, 153, 12, 0, 29'065}));
}

}  // namespace
}  // namespace paceline::workload
