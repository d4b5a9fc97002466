#include <gtest/gtest.h>
#include <paceline/stats/run_tally.h>
#include <paceline/stats/tally_bytes.h>
#include <paceline/stats/turns.h>

#include <chrono>
#include <cstdint>

namespace paceline::stats {
namespace {

using namespace std::chrono_literals;

TurnResult answered(std::uint64_t turn, std::chrono::nanoseconds latency) {
  return {.turn = turn,
          .latency = latency,
          .first_token = latency / 2,
          .prompt_tokens = 100 * (turn + 1),
          .cached_tokens = 100 * turn};
}

TEST(TurnsTest, AreCountedByTheirNumber) {
  Turns turns;
  turns.count(answered(0, 10ms));
  turns.count(answered(2, 30ms));
  turns.count({.turn = 2, .has_failed = true});
  ASSERT_EQ(turns.tallies().size(), 3);
  EXPECT_EQ(turns.tallies()[0].requests, 1);
  EXPECT_EQ(turns.tallies()[1].requests, 0);
  const TurnTally& third = turns.tallies()[2];
  EXPECT_EQ(third.requests, 2);
  EXPECT_EQ(third.failed, 1);
  EXPECT_EQ(third.latency.count(), 1);
  EXPECT_EQ(third.ttft->count(), 1);
  EXPECT_EQ(third.in, 300);
  EXPECT_EQ(third.responses_with_in, 1);
  EXPECT_EQ(third.cached, 200);
  EXPECT_EQ(third.responses_with_cached, 1);
}

TEST(TurnsTest, LateTurnsCountTogether) {
  Turns turns;
  turns.count(answered(Turns::most - 1, 1ms));
  turns.count(answered(Turns::most, 1ms));
  turns.count(answered(1'000'000'000'000, 1ms));
  EXPECT_EQ(turns.tallies().size(), Turns::most);
  EXPECT_EQ(turns.tallies().back().requests, 3);
}

TEST(TurnsTest, MergeAsIfCountedTogether) {
  RunTally whole;
  RunTally one;
  RunTally other;
  for (std::uint64_t turn = 0; turn < 5; ++turn) {
    const TurnResult result = answered(turn, 1ms * (turn + 1));
    whole.turns.count(result);
    (turn == 1 ? one : other).turns.count(result);
  }
  one.merge(other);
  one.threads = whole.threads;
  EXPECT_EQ(bytes_of(one), bytes_of(whole));
  const auto read = tally_of(bytes_of(whole));
  ASSERT_TRUE(read);
  EXPECT_EQ(bytes_of(*read), bytes_of(whole));
}

}  // namespace
}  // namespace paceline::stats
