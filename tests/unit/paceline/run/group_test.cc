#include <gtest/gtest.h>
#include <paceline/run/group.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

namespace paceline::run {
namespace {

constexpr std::uint64_t group_threads = 4;

stats::RunTally tally_of(std::uint64_t succeeded) {
  stats::RunTally tally;
  tally.planned = succeeded;
  tally.succeeded = succeeded;
  return tally;
}

GroupRun run_of(std::uint64_t salt) {
  GroupRun run;
  run.plan.emplace().salt = salt;
  return run;
}

/// Calls a function on each of the group_threads, and waits for them.
void on_each(const std::function<void(const pace::Stripe&)>& function) {
  std::vector<std::jthread> all;
  for (std::uint64_t i = 0; i < group_threads; ++i) {
    all.emplace_back([&function, i] { function({i, group_threads}); });
  }
}

TEST(GroupTest, OneThreadStartsWhenItIsReady) {
  OneRank ranks;
  Group group(ranks);
  const pace::Stripe alone;
  EXPECT_EQ(group.join(alone, [] { return run_of(7); }, {}).plan->salt, 7U);
  const TimePoint start = group.start(alone).at;
  EXPECT_LE(start, Clock::now());
  const auto whole = group.leave(alone, tally_of(3));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->succeeded, 3U);
}

TEST(GroupTest, ThreadsMakeOneRunAfterAnother) {
  constexpr std::uint64_t rounds = 50;
  OneRank ranks;
  Group group(ranks);
  std::array<std::vector<std::uint64_t>, group_threads> salts;
  std::array<std::vector<TimePoint>, group_threads> starts;
  std::vector<std::uint64_t> wholes;
  on_each([&](const pace::Stripe& stripe) {
    for (std::uint64_t round = 1; round <= rounds; ++round) {
      const GroupRun run = group.join(stripe, [&] { return run_of(round); }, {});
      salts[stripe.index].push_back(run.plan->salt);
      starts[stripe.index].push_back(group.start(stripe).at);
      const auto whole = group.leave(stripe, tally_of(10 + stripe.index));
      EXPECT_EQ(whole.has_value(), stripe.index == 0);
      if (whole) wholes.push_back(whole->succeeded);
    }
  });
  for (std::size_t i = 0; i < group_threads; ++i) {
    ASSERT_EQ(salts[i].size(), rounds);
    for (std::uint64_t round = 0; round < rounds; ++round) EXPECT_EQ(salts[i][round], round + 1);
    EXPECT_EQ(starts[i], starts[0]);
  }
  EXPECT_EQ(wholes, std::vector<std::uint64_t>(rounds, 46));
}

TEST(GroupTest, TheScheduleStartsWhenTheLastThreadIsReady) {
  OneRank ranks;
  Group group(ranks);
  TimePoint ready;
  std::array<TimePoint, group_threads> starts;
  on_each([&](const pace::Stripe& stripe) {
    group.join(stripe, [] { return run_of(1); }, {});
    if (stripe.index == 2) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      ready = Clock::now();
    }
    starts[stripe.index] = group.start(stripe).at;
    group.leave(stripe, {});
  });
  for (const TimePoint start : starts) {
    EXPECT_EQ(start, starts[0]);
    EXPECT_GE(start, ready);
  }
}

TEST(GroupTest, AThreadThatCannotStartKeepsNobodyWaiting) {
  OneRank ranks;
  Group group(ranks);
  std::optional<stats::RunTally> whole;
  on_each([&](const pace::Stripe& stripe) {
    group.join(stripe, [] { return run_of(1); }, {});
    if (stripe.index != 1) group.start(stripe);
    if (auto tally = group.leave(stripe, tally_of(5))) whole = std::move(tally);
  });
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->succeeded, 20U);
}

TEST(GroupTest, AllLearnWhyARunCannotBe) {
  OneRank ranks;
  Group group(ranks);
  on_each([&](const pace::Stripe& stripe) {
    const auto refuse = [] {
      return GroupRun{.error = Error{ErrorCode::disk_full, "the disk is full"}, .is_last = true};
    };
    const GroupRun run = group.join(stripe, refuse, {});
    EXPECT_FALSE(run.plan);
    EXPECT_TRUE(run.is_last);
    ASSERT_TRUE(run.error);
    EXPECT_EQ(run.error->message, "the disk is full");
    group.leave(stripe, {});
  });
}

}  // namespace
}  // namespace paceline::run
