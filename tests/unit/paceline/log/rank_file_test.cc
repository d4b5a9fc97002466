#include <gtest/gtest.h>
#include <paceline/log/rank_file.h>

namespace paceline::log {
namespace {

TEST(RankFileTest, TheRankStandsBeforeTheExtension) {
  EXPECT_EQ(rank_file("run.sqlite", 2), "run.2.sqlite");
  EXPECT_EQ(rank_file("run.sqlite", 0), "run.0.sqlite");
  EXPECT_EQ(rank_file("run.b.sqlite", 12), "run.b.12.sqlite");
}

TEST(RankFileTest, ANameWithoutAnExtensionEndsWithTheRank) {
  EXPECT_EQ(rank_file("run", 2), "run.2");
  EXPECT_EQ(rank_file(".run", 2), ".run.2");
}

TEST(RankFileTest, FoldersStayAsTheyAre) {
  EXPECT_EQ(rank_file("a.b/run", 1), "a.b/run.1");
  EXPECT_EQ(rank_file("/a.b/../run.sqlite", 1), "/a.b/../run.1.sqlite");
  EXPECT_EQ(rank_file("./run.sqlite", 1), "./run.1.sqlite");
}

}  // namespace
}  // namespace paceline::log
