#include <endpoint/length_model.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace paceline {
namespace {

TEST(LengthModel, FixedNeverChanges) {
  auto model = LengthModel::fixed(7);
  EXPECT_EQ(model.next(), 7U);
  EXPECT_EQ(model.next(), 7U);
}

TEST(LengthModel, StaysWithinItsBounds) {
  EXPECT_EQ(LengthModel::fixed(0).next(), 1U);
  EXPECT_EQ(LengthModel::fixed(longest_response + 1).next(), longest_response);
  auto short_one = LengthModel::lognormal(1, 50, 1);
  auto long_one = LengthModel::lognormal(500'000, 1'000'000, 1);
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_GE(short_one.next(), 1U);
    EXPECT_LE(long_one.next(), longest_response);
  }
}

TEST(LengthModel, LognormalHasTheAskedMedianAndP99) {
  auto model = LengthModel::lognormal(200, 1'000, 1);
  std::vector<std::size_t> lengths(100'000);
  for (auto& length : lengths) length = model.next();
  std::sort(lengths.begin(), lengths.end());
  EXPECT_NEAR(static_cast<double>(lengths[50'000]), 200, 4);
  EXPECT_NEAR(static_cast<double>(lengths[99'000]), 1'000, 50);
}

TEST(LengthModel, ASeedGivesTheSameLengths) {
  auto one = LengthModel::lognormal(200, 1'000, 7);
  auto same = LengthModel::lognormal(200, 1'000, 7);
  auto other = LengthModel::lognormal(200, 1'000, 8);
  int different = 0;
  for (int i = 0; i < 100; ++i) {
    const auto length = one.next();
    EXPECT_EQ(length, same.next());
    if (length != other.next()) ++different;
  }
  EXPECT_GT(different, 90);
}

}  // namespace
}  // namespace paceline
