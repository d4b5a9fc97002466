#include <gtest/gtest.h>
#include <paceline/stats/tally.h>

#include <chrono>

namespace paceline {
namespace {

using namespace std::chrono_literals;

Tally some_tally() {
  Tally tally;
  tally.planned = 10;
  tally.sent = 9;
  tally.sends = 9;
  tally.succeeded = 6;
  tally.not_sent = 1;
  tally.first_send = 1s;
  tally.last_send = 3s;
  tally.last_done = 4s;
  tally.count_failure(Failure::timeout, 2, "too slow");
  tally.count_failure(Failure::http_5xx, 1, "broken");
  return tally;
}

TEST(TallyTest, AddsUp) {
  Tally tally = some_tally();
  EXPECT_TRUE(tally.adds_up());
  ++tally.failed;
  EXPECT_FALSE(tally.adds_up());
}

TEST(TallyTest, Rates) {
  const Tally tally = some_tally();
  EXPECT_DOUBLE_EQ(tally.achieved_rpm(), 240);
  EXPECT_DOUBLE_EQ(tally.rps(), 3);
  EXPECT_DOUBLE_EQ(tally.error_ratio(), 3.0 / 9);
  EXPECT_EQ(tally.first_failure, "too slow");
}

TEST(TallyTest, NothingSentHasNoRates) {
  const Tally tally;
  EXPECT_EQ(tally.achieved_rpm(), 0);
  EXPECT_EQ(tally.rps(), 0);
  EXPECT_EQ(tally.error_ratio(), 0);
  EXPECT_TRUE(tally.adds_up());
}

TEST(TallyTest, MergesStripesOfOneRun) {
  Tally left = some_tally();
  Tally right = some_tally();
  right.first_send = 500ms;
  right.last_done = 5s;
  right.latency.record(7ms);
  left.merge(right);
  EXPECT_TRUE(left.adds_up());
  EXPECT_EQ(left.planned, 20U);
  EXPECT_EQ(left.failures[static_cast<std::size_t>(Failure::timeout)], 4U);
  EXPECT_EQ(left.first_send, 500ms);
  EXPECT_EQ(left.last_done, 5s);
  EXPECT_EQ(left.latency.count(), 1U);
}

}  // namespace
}  // namespace paceline
