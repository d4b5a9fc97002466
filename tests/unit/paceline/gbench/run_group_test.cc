#include <gtest/gtest.h>
#include <paceline/gbench/run_group.h>

#include <optional>
#include <thread>
#include <vector>

namespace paceline::gbench {
namespace {

stats::RunTally tally_of(std::uint64_t succeeded) {
  stats::RunTally tally;
  tally.planned = succeeded;
  tally.succeeded = succeeded;
  return tally;
}

TEST(RunGroupTest, OneThreadStartsWhenItIsReady) {
  RunGroup group;
  int begun = 0;
  const GroupRun run = group.join(1, [&] {
    ++begun;
    return GroupRun{.salt = 7};
  });
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(run.salt, 7U);
  EXPECT_FALSE(run.start);
  const auto whole = group.leave(tally_of(3), 1);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->succeeded, 3U);
}

TEST(RunGroupTest, ARunBeginsOnceForAllItsThreads) {
  RunGroup group;
  std::uint64_t begun = 0;
  for (std::uint64_t round = 1; round <= 3; ++round) {
    const TimePoint before = Clock::now();
    std::vector<GroupRun> runs(4);
    std::vector<std::optional<stats::RunTally>> wholes(4);
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < 4; ++i) {
        threads.emplace_back(
            [&, i] { runs[i] = group.join(4, [&] { return GroupRun{.salt = ++begun}; }); });
      }
    }
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] { wholes[i] = group.leave(tally_of(10 + i), 4); });
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

TEST(RunGroupTest, AllLearnWhyARunCannotBe) {
  RunGroup group;
  for (int i = 0; i < 2; ++i) {
    const auto run = group.join(2, [] {
      return GroupRun{.error = Error{ErrorCode::disk_full, "the disk is full"}};
    });
    ASSERT_TRUE(run.error);
    EXPECT_EQ(run.error->message, "the disk is full");
  }
  EXPECT_FALSE(group.leave({}, 2));
  EXPECT_TRUE(group.leave({}, 2));
  EXPECT_FALSE(group.join(2, [] { return GroupRun{}; }).error);
}

}  // namespace
}  // namespace paceline::gbench
