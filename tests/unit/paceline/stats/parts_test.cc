#include <gtest/gtest.h>
#include <paceline/stats/parts.h>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <vector>

namespace paceline::stats {
namespace {

using namespace std::chrono_literals;

/// Two models at two URLs.
std::shared_ptr<const Groups> some_groups() {
  return std::make_shared<const Groups>(Groups{.names = {"model=a", "model=b", "url=u", "url=v"},
                                               .of_part = {{0, 2}, {1, 2}, {0, 3}, {1, 3}},
                                               .has_statuses = true});
}

TEST(PartsTest, ARequestCountsInEachOfItsGroups) {
  Parts parts(some_groups());
  parts.count({.part = 2, .status = 200, .latency = 5ms, .tokens_out = 7});
  parts.count({.part = 0, .status = 200, .latency = 9ms, .tokens_out = 1});
  parts.count({.part = 1, .has_failed = true, .status = 429});
  const std::vector<GroupTally>& tallies = parts.tallies();
  EXPECT_EQ(tallies[0].requests, 2U);
  EXPECT_EQ(tallies[0].latency.max(), 9ms);
  EXPECT_EQ(tallies[0].tokens_out, 8U);
  EXPECT_EQ(tallies[0].failed, 0U);
  EXPECT_EQ(tallies[1].requests, 1U);
  EXPECT_EQ(tallies[1].failed, 1U);
  EXPECT_EQ(tallies[1].latency.count(), 0U);
  EXPECT_EQ(tallies[2].requests, 2U);
  EXPECT_EQ(tallies[3].latency.max(), 5ms);
  EXPECT_EQ(parts.statuses(), (std::map<long, std::uint64_t>{{200, 2}, {429, 1}}));
}

TEST(PartsTest, OnlyGroupsWithStreamsHaveTimesOfTokens) {
  Parts parts(some_groups());
  constexpr std::array<std::chrono::nanoseconds, 2> gaps{1ms, 3ms};
  parts.count({.part = 0, .latency = 5ms, .first_token = 2ms, .token_gaps = gaps});
  parts.count({.part = 3, .latency = 5ms});
  EXPECT_EQ(parts.tallies()[0].ttft->max(), 2ms);
  EXPECT_EQ(parts.tallies()[0].itl->count(), 2U);
  EXPECT_FALSE(parts.tallies()[1].ttft);
}

TEST(PartsTest, MergesExactly) {
  Parts one(some_groups());
  Parts other(some_groups());
  constexpr std::array<std::chrono::nanoseconds, 1> gaps{1ms};
  one.count({.part = 0, .status = 200, .latency = 5ms});
  other.count({.part = 0, .has_failed = true, .status = 500});
  other.count({.part = 0, .status = 200, .latency = 7ms, .first_token = 2ms, .token_gaps = gaps});
  one.merge(other);
  EXPECT_EQ(one.tallies()[0].requests, 3U);
  EXPECT_EQ(one.tallies()[0].failed, 1U);
  EXPECT_EQ(one.tallies()[0].latency.max(), 7ms);
  EXPECT_EQ(one.tallies()[0].ttft->count(), 1U);
  EXPECT_EQ(one.tallies()[0].itl->count(), 1U);
  EXPECT_EQ(one.statuses().at(200), 2U);
  EXPECT_EQ(one.statuses().at(500), 1U);
}

}  // namespace
}  // namespace paceline::stats
