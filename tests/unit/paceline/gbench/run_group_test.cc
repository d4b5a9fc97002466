#include <gtest/gtest.h>
#include <paceline/gbench/run_group.h>

#include <optional>
#include <thread>
#include <vector>

namespace paceline {
namespace {

RunTally tally_of(std::uint64_t succeeded) {
  RunTally tally;
  tally.planned = succeeded;
  tally.succeeded = succeeded;
  return tally;
}

TEST(TeamTest, OneThreadStartsWhenItIsReady) {
  RunGroup team;
  int begun = 0;
  const GroupRun run = team.join(1, [&] {
    ++begun;
    return GroupRun{.salt = 7};
  });
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(run.salt, 7U);
  EXPECT_FALSE(run.start);
  const auto whole = team.leave(tally_of(3), 1);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->succeeded, 3U);
}

TEST(TeamTest, ARunBeginsOnceForAllItsThreads) {
  RunGroup team;
  std::uint64_t begun = 0;
  for (std::uint64_t round = 1; round <= 3; ++round) {
    const TimePoint before = Clock::now();
    std::vector<GroupRun> runs(4);
    std::vector<std::optional<RunTally>> wholes(4);
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < 4; ++i) {
        threads.emplace_back(
            [&, i] { runs[i] = team.join(4, [&] { return GroupRun{.salt = ++begun}; }); });
      }
    }
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] { wholes[i] = team.leave(tally_of(10 + i), 4); });
      }
    }
    EXPECT_EQ(begun, round);
    for (const GroupRun& run : runs) {
      EXPECT_EQ(run.salt, round);
      ASSERT_TRUE(run.start);
      EXPECT_EQ(*run.start, *runs[0].start);
      EXPECT_GT(*run.start, before);
    }
    // The last to leave has the tally of all.
    int last = 0;
    for (const auto& whole : wholes) {
      if (!whole) continue;
      ++last;
      EXPECT_EQ(whole->succeeded, 46U);
    }
    EXPECT_EQ(last, 1);
  }
}

TEST(TeamTest, AllLearnWhyARunCannotBe) {
  RunGroup team;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(team.join(2, [] { return GroupRun{.why = "the disk is full"}; }).why,
              "the disk is full");
  }
  EXPECT_FALSE(team.leave({}, 2));
  EXPECT_TRUE(team.leave({}, 2));
  EXPECT_EQ(team.join(2, [] { return GroupRun{}; }).why, "");
}

}  // namespace
}  // namespace paceline
