#include <gtest/gtest.h>
#include <paceline/gbench/display/row.h>

#include "shown_runs.h"

namespace paceline::gbench::display {
namespace {

TEST(RowTest, TakesTheArgumentsThatHaveColumns) {
  const auto row = read_row(
      run_of("chat", "rpm:6000/lang:3/parallel:10", "paced; a; b", counters_of_responses()), false);
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->name, "chat lang:3");
  EXPECT_EQ(row->rpm, 6000U);
  EXPECT_EQ(row->parallel, 10U);
  EXPECT_EQ(row->verdict, "paced");
  EXPECT_EQ(row->notes, "a; b");
}

TEST(RowTest, AnArgumentThatIsNoNumberStaysInTheName) {
  const auto row =
      read_row(run_of("chat", "rpm:many/parallel:-1/", "", counters_of_responses()), false);
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->name, "chat rpm:many parallel:-1");
  EXPECT_FALSE(row->rpm.has_value());
  EXPECT_FALSE(row->parallel.has_value());
}

TEST(RowTest, TimesAreOfOneRequest) {
  const auto row = read_row(run_of("chat", "", "paced", counters_of_responses()), false);
  ASSERT_TRUE(row.has_value());
  EXPECT_DOUBLE_EQ(row->cpu, 42e-6);
}

TEST(RowTest, AFailedRunIsOfPacelineAfterOneOfPaceline) {
  const BenchmarkRun run = failed(run_of("chat", "", "", {}), "why");
  EXPECT_FALSE(read_row(run, false).has_value());
  const auto row = read_row(run, true);
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->kind, RowKind::failed);
  EXPECT_EQ(row->notes, "why");
}

TEST(RowTest, OtherBenchmarksHaveNoRow) {
  EXPECT_FALSE(read_row(run_of("parse", "", "", {{"p50", 1}}), true).has_value());
}

TEST(RowTest, CellsHaveUnitsThatPeopleRead) {
  EXPECT_EQ(time_cell(0.0502, false), "50.2 ms");
  EXPECT_EQ(time_cell(0.0502, true), "5.0%");
  EXPECT_EQ(number_cell(100'000, false), "100.0k");
  EXPECT_EQ(number_cell(1.5, true), "150.0%");
}

}  // namespace
}  // namespace paceline::gbench::display
