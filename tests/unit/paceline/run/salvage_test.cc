#include <gtest/gtest.h>
#include <paceline/run/salvage.h>
#include <paceline/stats/tally_bytes.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../../message_of.h"
#include "recording.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

log::LoggedRun run_of(std::uint64_t ranks, std::uint64_t threads) {
  return {.rpm = 6'000,
          .parallel = 10,
          .requests = 100,
          .threads = threads,
          .ranks = ranks,
          .burstiness = 2};
}

/// What a thread has kept after this many responses, of which the last is a failure.
stats::RunTally tally_after(std::uint64_t responses, std::uint64_t planned) {
  stats::RunTally tally;
  tally.planned = planned;
  tally.sent = responses + 5;
  tally.cancelled = 3;
  tally.succeeded = responses - 1;
  tally.failed = 1;
  tally.latency.record(50ms);
  return tally;
}

log::RankTally kept(std::uint64_t rank, std::uint64_t thread, const stats::RunTally& tally) {
  return {rank, {thread, stats::bytes_of(tally)}};
}

TEST(SalvageTest, ARunThatWasKilledIsCutShort) {
  const auto salvaged = salvage(run_of(1, 1), {kept(0, 0, tally_after(60, 100))});
  ASSERT_EQ(message_of(salvaged), "");
  const stats::RunTally& tally = salvaged->tally;
  EXPECT_EQ(tally.planned, 100U);
  EXPECT_EQ(tally.succeeded + tally.failed, 60U);
  EXPECT_EQ(tally.cancelled, 3U);
  EXPECT_EQ(tally.cut_off, 2U);
  EXPECT_EQ(tally.not_sent, 35U);
  EXPECT_TRUE(tally.cut_short);
  EXPECT_TRUE(tally.adds_up());
  EXPECT_TRUE(tally.ranks.empty());
  EXPECT_EQ(salvaged->plan.rpm, 6'000U);
  EXPECT_EQ(salvaged->plan.arrivals.burstiness, 2);
}

TEST(SalvageTest, ARunOfUsersIsOne) {
  log::LoggedRun users = run_of(1, 1);
  EXPECT_FALSE(salvage(users, {kept(0, 0, tally_after(60, 100))})->plan.has_sessions);
  users.users = 5;
  const auto salvaged = salvage(users, {kept(0, 0, tally_after(60, 100))});
  ASSERT_EQ(message_of(salvaged), "");
  EXPECT_TRUE(salvaged->plan.has_sessions);
  EXPECT_EQ(salvaged->plan.users, 5);
}

TEST(SalvageTest, ThreadsAndRanksHaveOneTimeline) {
  stats::RunTally tally = tally_after(20, 25);
  tally.timeline.emplace();
  tally.timeline->depart(3s, 3s);
  std::vector<log::RankTally> tallies;
  for (const std::uint64_t rank : {0U, 1U}) {
    for (const std::uint64_t thread : {0U, 1U}) tallies.push_back(kept(rank, thread, tally));
  }
  const auto salvaged = salvage(run_of(2, 2), tallies);
  ASSERT_EQ(message_of(salvaged), "");
  ASSERT_TRUE(salvaged->tally.timeline);
  EXPECT_EQ(salvaged->tally.timeline->slices().back().sent, 4U);
}

TEST(SalvageTest, AReplayIsJudgedByItsDueTimes) {
  log::LoggedRun replay = run_of(1, 1);
  replay.is_replay = true;
  stats::RunTally tally = tally_after(60, 100);
  tally.sends = 61;
  tally.first_due = 0s;
  tally.last_due = 120s;
  const auto salvaged = salvage(replay, {kept(0, 0, tally)});
  ASSERT_EQ(message_of(salvaged), "");
  EXPECT_TRUE(salvaged->plan.replay);
  EXPECT_EQ(asked_rpm(salvaged->plan, salvaged->tally), 30U);
}

TEST(SalvageTest, ARunThatHasEndedStaysAsItWas) {
  stats::RunTally ended;
  ended.planned = ended.sent = ended.succeeded = 100;
  const auto salvaged = salvage(run_of(1, 1), {kept(0, 0, ended)});
  ASSERT_EQ(message_of(salvaged), "");
  EXPECT_FALSE(salvaged->tally.cut_short);
  EXPECT_EQ(stats::bytes_of(salvaged->tally), stats::bytes_of(ended));
}

TEST(SalvageTest, RanksAndThreadsAreMerged) {
  std::vector<log::RankTally> tallies;
  for (std::uint64_t rank = 0; rank < 2; ++rank) {
    for (std::uint64_t thread = 0; thread < 2; ++thread) {
      tallies.push_back(kept(rank, thread, tally_after(10, 25)));
    }
  }
  const auto salvaged = salvage(run_of(2, 2), tallies);
  ASSERT_EQ(message_of(salvaged), "");
  EXPECT_EQ(salvaged->tally.planned, 100U);
  EXPECT_EQ(salvaged->tally.succeeded + salvaged->tally.failed, 40U);
  EXPECT_EQ(salvaged->tally.latency.count(), 4U);
  ASSERT_EQ(salvaged->tally.ranks.size(), 2U);
  EXPECT_EQ(salvaged->tally.ranks[1].name, "rank 1");
  EXPECT_EQ(salvaged->tally.ranks[1].planned, 50U);
  EXPECT_EQ(salvaged->tally.clock_error(), std::nullopt);
  EXPECT_TRUE(salvaged->tally.adds_up());
}

TEST(SalvageTest, ARankWithoutATallyIsLost) {
  const auto salvaged = salvage(run_of(3, 1), {kept(1, 0, tally_after(10, 33))});
  ASSERT_EQ(message_of(salvaged), "");
  EXPECT_EQ(salvaged->tally.planned, 100U);
  // Rank 0 has the slots 0, 3, …, 99.
  EXPECT_EQ(salvaged->tally.lost, 34U + 33U);
  EXPECT_TRUE(salvaged->tally.adds_up());
  ASSERT_EQ(salvaged->tally.ranks.size(), 3U);
  EXPECT_FALSE(salvaged->tally.ranks[0].is_lost);
  EXPECT_EQ(salvaged->tally.ranks[1].name, "rank 0");
  EXPECT_TRUE(salvaged->tally.ranks[1].is_lost);
}

TEST(SalvageTest, AThreadWithoutATallyIsLost) {
  const auto salvaged = salvage(run_of(1, 2), {kept(0, 1, tally_after(10, 50))});
  ASSERT_EQ(message_of(salvaged), "");
  EXPECT_EQ(salvaged->tally.lost, 50U);
  EXPECT_TRUE(salvaged->tally.cut_short);
  EXPECT_TRUE(salvaged->tally.adds_up());
}

TEST(SalvageTest, ATallyThatSeveralLogsHaveCountsOnce) {
  const auto tally = kept(0, 0, tally_after(60, 100));
  const auto salvaged = salvage(run_of(1, 1), {tally, tally});
  ASSERT_EQ(message_of(salvaged), "");
  EXPECT_EQ(salvaged->tally.planned, 100U);
}

TEST(SalvageTest, DamagedNumbersAreRefused) {
  const auto tally = kept(0, 0, tally_after(60, 100));
  const auto why = [](const log::LoggedRun& run, const log::RankTally& kept) {
    return message_of(salvage(run, {kept}));
  };
  EXPECT_NE(why(run_of(1, 1), {0, {0, "no tally"}}).find("is damaged"), std::string::npos);
  EXPECT_NE(why(run_of(1, 1), kept(1, 0, {})).find("no thread 0 of rank 1"), std::string::npos);
  EXPECT_NE(why(run_of(1, 1), kept(0, 1, {})).find("no thread 1 of rank 0"), std::string::npos);
  for (const std::uint64_t number : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    EXPECT_NE(why(run_of(number, 1), tally), "");
    EXPECT_NE(why(run_of(1, number), tally), "");
  }
}

TEST(SalvageTest, RanksAndThreadsWithOtherGroupsAreRefused) {
  stats::RunTally other = tally_after(10, 50);
  other.parts.emplace(std::make_shared<const stats::Groups>(stats::Groups{.names = {"model=a"}}));
  const auto salvaged = salvage(run_of(2, 1), {kept(0, 0, tally_after(10, 50)), kept(1, 0, other)});
  EXPECT_NE(message_of(salvaged).find("rank 1 counted other groups"), std::string::npos);
  const auto of_threads =
      salvage(run_of(1, 2), {kept(0, 0, other), kept(0, 1, tally_after(10, 50))});
  EXPECT_NE(message_of(of_threads).find("rank 0 counted other groups"), std::string::npos);
}

TEST(SalvageTest, WhatARecorderHasSoFar) {
  Recording recording;
  recording.add(good());
  recording.add(failed(Failure::timeout, "too slow"));
  const auto tally = stats::tally_of(recording.bytes_so_far(7ms));
  ASSERT_TRUE(tally);
  EXPECT_EQ(tally->succeeded, 1U);
  EXPECT_EQ(tally->failed, 1U);
  EXPECT_EQ(tally->cpu_time, 7ms);
  recording.add(good());
  EXPECT_EQ(recording.finish().succeeded, 2U);
}

}  // namespace
}  // namespace paceline::run
