#include <gtest/gtest.h>
#include <paceline/run/verdict.h>

#include <chrono>

namespace paceline {
namespace {

using namespace std::chrono_literals;

/// 1,001 requests of 50 ms at that rate.
Tally run_at(std::uint64_t rpm) {
  Tally tally;
  tally.planned = tally.sent = tally.sends = tally.succeeded = 1'001;
  tally.first_send = 0s;
  tally.last_send = std::chrono::nanoseconds(60'000'000'000'000 / static_cast<std::int64_t>(rpm));
  tally.last_done = tally.last_send + 50ms;
  for (int i = 0; i < 1'001; ++i) {
    tally.latency.record(50ms);
    tally.own_late.record(20us);
  }
  return tally;
}

TEST(VerdictTest, ARateThatWasKeptIsPaced) {
  EXPECT_EQ(judge(run_at(60'000), 60'000, 100).bound, Bound::paced);
}

TEST(VerdictTest, WhereParallelHeldItBackItSaysWhichWouldDo) {
  Tally tally = run_at(30'000);
  tally.waits_for_parallel = 900;
  const Verdict verdict = judge(tally, 60'000, 25);
  EXPECT_EQ(verdict.bound, Bound::parallel);
  // 1,000 a second, 50 ms each.
  EXPECT_NE(verdict.words.find("--paceline_parallel=50 "), std::string::npos) << verdict.words;
}

TEST(VerdictTest, LateByItsOwnFaultIsTheClients) {
  Tally tally = run_at(30'000);
  for (int i = 0; i < 100; ++i) tally.own_late.record(20ms);
  EXPECT_EQ(judge(tally, 60'000, 100).bound, Bound::client);
}

TEST(VerdictTest, RefusalsAreTheServersLimitEvenWhenRetried) {
  Tally tally = run_at(60'000);
  tally.sends += 300;
  tally.retries = tally.refused_429 = 300;
  EXPECT_EQ(judge(tally, 60'000, 100).bound, Bound::rate_limit);
}

TEST(VerdictTest, SoIsATokenBudgetThatHoldsBack) {
  Tally tally = run_at(30'000);
  tally.waits_for_tokens = 900;
  EXPECT_EQ(judge(tally, 60'000, 100).bound, Bound::rate_limit);
}

TEST(VerdictTest, ManyFailuresAreFailing) {
  Tally tally = run_at(60'000);
  tally.succeeded -= 200;
  tally.count_failure(Failure::http_5xx, 200, "the server answered HTTP 500");
  const Verdict verdict = judge(tally, 60'000, 100);
  EXPECT_EQ(verdict.bound, Bound::failing);
  EXPECT_NE(verdict.words.find("HTTP 500"), std::string::npos);
}

TEST(VerdictTest, WithoutARateItIsParallelUnlessTheThreadNeverWaits) {
  Tally tally = run_at(600'000);
  EXPECT_EQ(judge(tally, 0, 50).bound, Bound::parallel);
  tally.cpu_time = tally.last_done - tally.first_send;
  EXPECT_EQ(judge(tally, 0, 50).bound, Bound::client);
  // Two threads, each of which waits half the time.
  tally.threads = 2;
  EXPECT_EQ(judge(tally, 0, 50).bound, Bound::parallel);
}

TEST(VerdictTest, ItsWordsAreTheDesigns) {
  EXPECT_EQ(name_of(Bound::paced), "paced");
  EXPECT_EQ(name_of(Bound::parallel), "parallel-bound");
  EXPECT_EQ(name_of(Bound::client), "client-bound");
  EXPECT_EQ(name_of(Bound::rate_limit), "rate-limited");
  EXPECT_EQ(name_of(Bound::failing), "failing");
}

}  // namespace
}  // namespace paceline
