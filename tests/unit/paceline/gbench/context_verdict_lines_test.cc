#include <gtest/gtest.h>
#include <paceline/gbench/context.h>

#include <string>
#include <vector>

namespace paceline::gbench {
namespace {

TEST(VerdictLinesTest, ARowHasOneLine) {
  VerdictLines verdicts;
  EXPECT_TRUE(verdicts.lines().empty());
  verdicts.add("two", Bound::client, "late by 20 ms");
  verdicts.add("one/find_max: max 600 RPM");
  EXPECT_EQ(verdicts.lines(), (std::vector<std::string>{"two: client-bound: late by 20 ms",
                                                        "one/find_max: max 600 RPM"}));
}

TEST(VerdictLinesTest, ARowThatWasPacedHasNoLine) {
  VerdictLines verdicts;
  verdicts.add("one", Bound::paced, "the rate was kept");
  verdicts.add("one", Bound::paced, "the rate was kept");
  EXPECT_TRUE(verdicts.lines().empty());
}

TEST(VerdictLinesTest, SoHasOneOfManyRepetitions) {
  VerdictLines verdicts;
  for (int i = 0; i < 9; ++i) {
    verdicts.add("one", Bound::server, "about " + std::to_string(1'200 + i) + " RPM");
    verdicts.add("two", i % 3 == 0 ? Bound::client : Bound::paced, i % 3 == 0 ? "late" : "kept");
  }
  EXPECT_EQ(verdicts.lines(),
            (std::vector<std::string>{
                "one: server-bound: about 1200 RPM (9 repetitions)",
                "two: paced: kept (6 of 9 repetitions); client-bound: late (3 of 9 repetitions)"}));
}

}  // namespace
}  // namespace paceline::gbench
