#include <gtest/gtest.h>
#include <paceline/run/verdict.h>

#include <chrono>
#include <string>

#include "../stats/simulated_server.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

/// 1,001 requests of 50 ms at that rate.
stats::RunTally run_at(std::uint64_t rpm) {
  stats::RunTally tally;
  tally.planned = tally.sent = tally.sends = tally.succeeded = 1'001;
  tally.first_send = 0s;
  tally.last_send = std::chrono::nanoseconds(60'000'000'000'000 / static_cast<std::int64_t>(rpm));
  tally.last_done = tally.last_send + 50ms;
  for (int i = 0; i < 1'001; ++i) {
    tally.latency.record(50ms);
    tally.client_lag.record(20us);
  }
  return tally;
}

Verdict verdict_of(const stats::SimulatedRun& run) {
  return judge(stats::simulate(run), static_cast<std::uint64_t>(run.rpm), run.parallel,
               run.is_poisson ? poisson_arrivals : constant_arrivals);
}

bool has(const Verdict& verdict, const std::string& words) {
  return verdict.words.find(words) != std::string::npos;
}

TEST(VerdictTest, ARateThatWasKeptIsPaced) {
  EXPECT_EQ(judge(run_at(60'000), 60'000, 100).bound, Bound::paced);
}

TEST(VerdictTest, WhereParallelHeldItBackItSaysWhichWouldDo) {
  stats::RunTally tally = run_at(30'000);
  tally.parallel_wait = 1s;
  const Verdict verdict = judge(tally, 60'000, 25);
  EXPECT_EQ(verdict.bound, Bound::parallel);
  // 1,000 a second, 50 ms each.
  EXPECT_NE(verdict.words.find("; 50 would be enough"), std::string::npos) << verdict.words;
}

TEST(VerdictTest, RequestsThatTimeOutTakeTheirPlaceInFlightToo) {
  stats::RunTally tally = run_at(30'000);
  tally.parallel_wait = 1s;
  // One in twenty of 2 s.
  tally.succeeded -= 50;
  tally.count_failure(Failure::timeout, 50, {ErrorCode::request_failed, "timed out"});
  tally.ended_sends = 1'000;
  tally.time_in_flight = 950 * 50ms + 50 * 2s;
  const Verdict verdict = judge(tally, 60'000, 25);
  EXPECT_EQ(verdict.bound, Bound::parallel);
  EXPECT_NE(verdict.words.find("; 148 would be enough"), std::string::npos) << verdict.words;
}

TEST(VerdictTest, TimeWaitedCountsAndNotHowManyWaited) {
  stats::RunTally tally = run_at(30'000);
  tally.waits_for_parallel = 1;
  tally.parallel_wait = 900ms;
  EXPECT_EQ(judge(tally, 60'000, 25).bound, Bound::parallel);
}

TEST(VerdictTest, AServerThatStoodStillIsTheServers) {
  stats::RunTally tally = run_at(30'000);
  tally.in_flight = 50;
  tally.waits_for_parallel = 1;
  tally.parallel_wait = 900ms;
  tally.longest_silence = 950ms;
  // What this program was late by meanwhile does not matter.
  for (int i = 0; i < 100; ++i) tally.client_lag.record(20ms);
  const Verdict verdict = judge(tally, 60'000, 50);
  EXPECT_EQ(verdict.bound, Bound::server);
  EXPECT_TRUE(has(verdict, "no response came for 0.9 s") || has(verdict, "for 1.0 s"))
      << verdict.words;
}

TEST(VerdictTest, ASaturatedServerGetsNoAdviceToSendItMore) {
  // 4 at once of 200 ms each, with any parallel.
  for (const std::uint64_t parallel : {8U, 21U, 58U, 149U, 378U}) {
    for (const std::uint64_t requests : {200U, 2'000U}) {
      const Verdict verdict = verdict_of({.rpm = 3'000,
                                          .parallel = parallel,
                                          .requests = requests,
                                          .concurrency = 4,
                                          .service = stats::nearly(0.2)});
      EXPECT_EQ(verdict.bound, Bound::server) << parallel << ", " << requests;
      EXPECT_EQ(verdict.words.find("would be enough"), std::string::npos) << verdict.words;
      EXPECT_TRUE(has(verdict, "about 1")) << verdict.words;
    }
  }
  EXPECT_EQ(verdict_of({.rpm = 12'000,
                        .parallel = 20,
                        .requests = 500,
                        .concurrency = 10,
                        .service = stats::nearly(0.1)})
                .bound,
            Bound::server);
}

TEST(VerdictTest, TheServerComesBeforeTheClient) {
  // The cap is not reached, and this program has lost some of the rate.
  stats::RunTally tally = stats::simulate({.rpm = 3'000,
                                           .parallel = 1'000,
                                           .requests = 200,
                                           .concurrency = 4,
                                           .service = stats::nearly(0.2)});
  tally.last_send += 1s;
  for (int i = 0; i < 20; ++i) tally.client_lag.record(500ms);
  EXPECT_EQ(judge(tally, 3'000, 1'000).bound, Bound::server);
}

TEST(VerdictTest, AServerWithoutBoundsIsParallelBoundAtTheCap) {
  for (const auto& service : {stats::fixed(0.05), stats::nearly(0.05), stats::lognormal(0.05, 1),
                              stats::exponential(0.05)}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      for (const bool is_poisson : {false, true}) {
        const Verdict verdict = verdict_of({.rpm = 60'000,
                                            .parallel = 20,
                                            .requests = 2'000,
                                            .service = service,
                                            .seed = seed,
                                            .is_poisson = is_poisson});
        EXPECT_EQ(verdict.bound, Bound::parallel) << verdict.words;
      }
    }
  }
}

TEST(VerdictTest, AServerThatKeepsUpIsPaced) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    for (const double sigma : {0.1, 0.5, 1.0}) {
      const Verdict verdict = verdict_of({.rpm = 600,
                                          .parallel = 500,
                                          .requests = 100,
                                          .service = stats::lognormal(0.5, sigma),
                                          .seed = seed});
      EXPECT_EQ(verdict.bound, Bound::paced) << verdict.words;
    }
  }
}

TEST(VerdictTest, LateByItsOwnFaultIsTheClients) {
  stats::RunTally tally = run_at(60'000);
  for (int i = 0; i < 100; ++i) tally.client_lag.record(20ms);
  const Verdict verdict = judge(tally, 60'000, 100);
  EXPECT_EQ(verdict.bound, Bound::client);
  EXPECT_TRUE(has(verdict, "20.0 ms late at p99")) << verdict.words;
}

TEST(VerdictTest, OneHiccupOfFewRequestsIsNot) {
  stats::RunTally tally = run_at(60'000);
  tally.client_lag = {};
  for (int i = 0; i < 19; ++i) tally.client_lag.record(20us);
  tally.client_lag.record(20ms);
  EXPECT_EQ(judge(tally, 60'000, 100).bound, Bound::paced);
  tally.client_lag.record(20ms);
  EXPECT_EQ(judge(tally, 60'000, 100).bound, Bound::client);
}

TEST(VerdictTest, LatenessIsHeldAgainstTheLatency) {
  stats::RunTally tally = run_at(60'000);
  for (int i = 0; i < 100; ++i) tally.client_lag.record(99ms);
  EXPECT_EQ(judge(tally, 60'000, 100).bound, Bound::client);
  tally.latency = {};
  for (int i = 0; i < 1'000; ++i) tally.latency.record(3s);
  EXPECT_EQ(judge(tally, 60'000, 100).bound, Bound::paced);
}

TEST(VerdictTest, AScheduleThatWasMovedIsNotKept) {
  stats::RunTally tally = run_at(60'000);
  for (int i = 0; i < 1'001; ++i) tally.late.record(54ms);
  const Verdict verdict = judge(tally, 60'000, 100);
  EXPECT_EQ(verdict.bound, Bound::client);
  EXPECT_TRUE(has(verdict, "by 54.0 ms")) << verdict.words;
  // Where parallel held requests back, it is parallel that moved it.
  tally.parallel_wait = 100ms;
  EXPECT_EQ(judge(tally, 60'000, 100).bound, Bound::parallel);
}

TEST(VerdictTest, RefusalsAreTheServersLimitEvenWhenRetried) {
  stats::RunTally tally = run_at(60'000);
  tally.sends += 300;
  tally.retries = tally.refused_429 = 300;
  EXPECT_EQ(judge(tally, 60'000, 100).bound, Bound::rate_limit);
}

TEST(VerdictTest, SoIsATokenBudgetThatHoldsBack) {
  stats::RunTally tally = run_at(30'000);
  tally.waits_for_tokens = 900;
  EXPECT_EQ(judge(tally, 60'000, 100).bound, Bound::rate_limit);
}

TEST(VerdictTest, ManyFailuresAreFailing) {
  stats::RunTally tally = run_at(60'000);
  tally.succeeded -= 200;
  tally.count_failure(Failure::http_5xx, 200,
                      {ErrorCode::request_failed, "the server answered HTTP 500"});
  const Verdict verdict = judge(tally, 60'000, 100);
  EXPECT_EQ(verdict.bound, Bound::failing);
  EXPECT_NE(verdict.words.find("HTTP 500"), std::string::npos);
}

TEST(VerdictTest, WhatAStopHasCutOffIsNoFailure) {
  stats::RunTally tally = run_at(60'000);
  tally.succeeded -= 400;
  tally.cut_off = 300;
  tally.count_failure(Failure::http_5xx, 100, {ErrorCode::request_failed, "to be tried again"});
  tally.abandoned = 100;
  EXPECT_EQ(judge(tally, 60'000, 100).bound, Bound::paced);
}

TEST(VerdictTest, WithoutARateASaturatedServerIsSeenToo) {
  EXPECT_EQ(verdict_of({.parallel = 40, .requests = 400, .concurrency = 8}).bound, Bound::server);
  EXPECT_EQ(verdict_of({.parallel = 40, .requests = 400}).bound, Bound::parallel);
}

TEST(VerdictTest, WithoutARateItIsParallelUnlessTheThreadNeverWaits) {
  stats::RunTally tally = run_at(600'000);
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
  EXPECT_EQ(name_of(Bound::server), "server-bound");
  EXPECT_EQ(name_of(Bound::client), "client-bound");
  EXPECT_EQ(name_of(Bound::rate_limit), "rate-limited");
  EXPECT_EQ(name_of(Bound::failing), "failing");
}

}  // namespace
}  // namespace paceline::run
