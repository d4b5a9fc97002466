#include <benchmark/benchmark.h>
#include <gtest/gtest.h>
#include <paceline/gbench/reporters.h>
#include <paceline/gbench/timelines.h>

#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace paceline::gbench {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using Row = benchmark::BenchmarkReporter::Run;

/// A request each `gap`, whose response takes half of the gap. The first is sent at `begin`.
stats::RunTally steady(int requests, nanoseconds gap, nanoseconds begin = 0s) {
  stats::RunTally tally;
  tally.timeline.emplace();
  for (int i = 0; i < requests; ++i) {
    const nanoseconds sent = begin + i * gap;
    tally.timeline->depart(sent, sent);
    tally.timeline->land(sent + gap / 2);
    tally.timeline->end(sent + gap / 2, false, gap / 2);
  }
  tally.sends = static_cast<std::uint64_t>(requests);
  tally.first_send = begin;
  tally.last_send = begin + (requests - 1) * gap;
  tally.last_done = tally.last_send + gap / 2;
  return tally;
}

TEST(TimelineJsonTest, HasASliceForEachSecond) {
  EXPECT_EQ(timeline_json(steady(12, 1s, 2s)), R"({
        "start": 2,
        "width": 1,
        "first_send": 2,
        "last_send": 13,
        "last_end": 13.5,
        "due": [1,1,1,1,1,1,1,1,1,1,1,1],
        "sent": [1,1,1,1,1,1,1,1,1,1,1,1],
        "ended": [1,1,1,1,1,1,1,1,1,1,1,1],
        "errors": [0,0,0,0,0,0,0,0,0,0,0,0],
        "in_flight": [0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,1],
        "p50": [0.5012,0.5012,0.5012,0.5012,0.5012,0.5012,0.5012,0.5012,0.5012,0.5012,0.5012,0.5012],
        "p99": [0.5012,0.5012,0.5012,0.5012,0.5012,0.5012,0.5012,0.5012,0.5012,0.5012,0.5012,0.5012]
      })");
}

TEST(TimelineJsonTest, ASliceWithoutAResponseHasNoQuantile) {
  stats::RunTally tally = steady(1, 1s);
  tally.timeline->end(11s, true, {});
  tally.timeline->depart(11s, {});
  tally.timeline->land(12s);
  const std::string json = timeline_json(tally);
  EXPECT_NE(
      json.find("\"p50\": [0.5012,null,null,null,null,null,null,null,null,null,null,null,null]"),
      std::string::npos)
      << json;
  EXPECT_NE(json.find("\"errors\": [0,0,0,0,0,0,0,0,0,0,0,1,0]"), std::string::npos) << json;
}

TEST(TimelineJsonTest, AnUnpacedRunHasNoDueTimes) {
  stats::RunTally tally = steady(12, 1s);
  tally.timeline.emplace();
  tally.timeline->depart(0s, {});
  tally.timeline->land(12s);
  const std::string json = timeline_json(tally);
  EXPECT_EQ(json.find("\"due\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"sent\": [1,0"), std::string::npos) << json;
}

std::string width_of(const stats::RunTally& tally) {
  const std::string json = timeline_json(tally);
  const std::size_t begin = json.find("\"width\": ") + 9;
  return json.substr(begin, json.find(',', begin) - begin);
}

TEST(TimelineJsonTest, SlicesAreNarrowerInAShortRunAndWiderInALongOne) {
  EXPECT_EQ(width_of(steady(200, 10ms)), "0.125");
  EXPECT_EQ(width_of(steady(700, 10ms)), "0.5");
  EXPECT_EQ(width_of(steady(1'001, 10ms)), "1");
  EXPECT_EQ(width_of(steady(5'000, 100ms)), "1");
  EXPECT_EQ(width_of(steady(5'200, 100ms)), "2");
}

TEST(TimelineJsonTest, ALongRunHasBoundedJson) {
  EXPECT_LT(timeline_json(steady(100'000, 10s)).size(), 30'000U);
}

/// Whether a run has a timeline.
bool has(TimelineMode mode, const stats::RunTally& tally) {
  benchmark::UserCounters counters;
  Timelines(mode).hand_on(counters, tally);
  return counters.contains(timeline_counter);
}

TEST(TimelinesTest, ByDefaultARunOfMoreThanTenSecondsHasOne) {
  stats::RunTally tally = steady(10, 1s, 5s);
  tally.last_done = 15s;
  EXPECT_FALSE(has(TimelineMode::automatic, tally));
  EXPECT_TRUE(has(TimelineMode::on, tally));
  tally.last_done = 15s + 1ns;
  EXPECT_TRUE(has(TimelineMode::automatic, tally));
  EXPECT_FALSE(has(TimelineMode::off, tally));
  tally.timeline.reset();
  EXPECT_FALSE(has(TimelineMode::on, tally));
}

class TimelineRowsTest : public testing::Test {
 protected:
  Row row(const std::string& name) {
    Row row;
    row.run_name.function_name = name;
    row.iterations = 1;
    row.counters["rpm"] = 600;
    return row;
  }
  Row row_with_timeline(const std::string& name, const stats::RunTally& tally) {
    Row run = row(name);
    timelines_.hand_on(run.counters, tally);
    return run;
  }
  std::string written(const std::vector<Row>& rows) {
    std::ostringstream out;
    const auto json = make_file_reporter("json");
    TimelineRows file(*json, timelines_);
    file.SetOutputStream(&out);
    file.SetErrorStream(&out);
    json->SetOutputStream(&out);
    file.ReportRuns(rows);
    return out.str();
  }

  Timelines timelines_{TimelineMode::on};
};

TEST_F(TimelineRowsTest, ATimelineIsTheLastMemberOfItsRow) {
  const Row first = row_with_timeline("first", steady(12, 1s));
  const Row second = row_with_timeline("second", steady(20, 1s));
  // Google Benchmark may report runs in another order than it makes them.
  const std::string json = written({second, row("none"), first});
  const std::string without = written({row("second"), row("none"), row("first")});
  std::string expected = without;
  const std::string begin = ",\n      \"timeline\": ";
  const std::string end_of_row = "\n    }";
  expected.insert(expected.find(end_of_row), begin + timeline_json(steady(20, 1s)));
  expected.insert(expected.rfind(end_of_row), begin + timeline_json(steady(12, 1s)));
  EXPECT_EQ(json, expected);
}

TEST_F(TimelineRowsTest, AnAggregateHasNone) {
  Row aggregate = row_with_timeline("chat", steady(12, 1s));
  aggregate.run_type = Row::RT_Aggregate;
  aggregate.aggregate_name = "mean";
  EXPECT_EQ(written({aggregate}).find("timeline"), std::string::npos);
}

}  // namespace
}  // namespace paceline::gbench
