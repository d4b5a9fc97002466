#include <gtest/gtest.h>
#include <paceline/workload/trace.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../../message_of.h"
#include "batch_files.h"

namespace paceline::workload {
namespace {

using namespace std::chrono_literals;
using Times = std::vector<std::chrono::nanoseconds>;

std::shared_ptr<const Trace> trace_in(const TemporaryFile& file, const TraceOptions& options = {}) {
  const auto trace = Trace::open(file.path(), options);
  EXPECT_EQ(message_of(trace), "");
  return trace.value_or(nullptr);
}

Times times_of(const std::shared_ptr<const Trace>& trace) {
  Times times;
  TraceReader reader(trace);
  for (std::size_t k = 0; k < trace->size(); ++k) times.push_back(reader.read(k).value()->at);
  return times;
}

/// The message for a trace that cannot be opened, without the path.
std::string refusal_of(std::string_view text, const TraceOptions& options = {}) {
  const TemporaryFile file(text);
  const auto trace = Trace::open(file.path(), options);
  if (trace) return "opened";
  EXPECT_EQ(trace.error().code, ErrorCode::bad_line);
  return trace.error().message.substr(file.path().size());
}

TEST(TraceTest, CountsTimesFromItsFirstRow) {
  const TemporaryFile file(
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 23:59:59.5,3,4\r\n"
      "\r\n2023-11-17 00:00:01,5,6");
  const auto trace = trace_in(file);
  EXPECT_EQ(times_of(trace), (Times{0ns, 1'500ms}));
  EXPECT_EQ(trace->length(), 1'500ms);
  TraceReader reader(trace);
  EXPECT_EQ(reader.read(1).value()->out, 6U);
  EXPECT_EQ(reader.read(0).value()->in, 3U);
}

TEST(TraceTest, IsReplayedFaster) {
  const TemporaryFile file("10\n10.000000003\n70\n");
  const auto trace = trace_in(file, {.speed = 60});
  EXPECT_EQ(times_of(trace), (Times{0ns, 0ns, 1s}));
  EXPECT_EQ(trace->length(), 1s);
  EXPECT_EQ(times_of(trace_in(file, {.speed = 0.5})), (Times{0ns, 6ns, 120s}));
}

TEST(TraceTest, APartBeginsAtItsOwnTime) {
  const TemporaryFile file("5\n6\n7.5\n8\n9\n");
  EXPECT_EQ(times_of(trace_in(file, {.from = 2s, .to = 4s})), (Times{500ms, 1s}));
  EXPECT_EQ(times_of(trace_in(file, {.speed = 2, .from = 1s})), (Times{0ns, 750ms, 1s, 1'500ms}));
  EXPECT_EQ(times_of(trace_in(file, {.to = 1ns})), (Times{0ns}));
  EXPECT_EQ(times_of(trace_in(file, {.rows = 2})), (Times{0ns, 1s}));
  EXPECT_EQ(times_of(trace_in(file, {.from = 1s, .rows = 2})), (Times{0ns, 1'500ms}));
  EXPECT_EQ(refusal_of("5\n6\n", {.from = 2s}),
            ": the selected part of the trace has no request; select another part");
}

TEST(TraceTest, SaysWhichLineIsWrong) {
  EXPECT_TRUE(refusal_of("").starts_with(": the file has no request; give"));
  EXPECT_TRUE(refusal_of("due\n").starts_with(": the file has no request; give"));
  EXPECT_TRUE(refusal_of("hello\n").starts_with(":1: the file is not a trace"));
  EXPECT_TRUE(refusal_of("due\n1\n\nx\n").starts_with(":4: 'x' is not a time"));
  EXPECT_TRUE(refusal_of("due\n1\n3\n2\n").starts_with(":4: the row is earlier than the row bef"));
}

TEST(TraceTest, IsNotLongerThanAYear) {
  EXPECT_TRUE(refusal_of("0\n32000000\n").starts_with(":2: the row would be due more than a year"));
  EXPECT_EQ(refusal_of("0\n32000000\n", {.speed = 2}), "opened");
  EXPECT_TRUE(refusal_of("0\n9200000000\n", {.speed = 0.001}).starts_with(":2: the row would be"));
  EXPECT_TRUE(refusal_of("0\n5\n", {.from = std::chrono::nanoseconds::max()})
                  .starts_with(": the selected part"));
}

TEST(TraceTest, ACarriageReturnWithinALineIsASpace) {
  const TemporaryFile file("1\r,5\r\n2,6\r\n");
  TraceReader reader(trace_in(file));
  EXPECT_EQ(message_of(reader.read(0)), "");
  EXPECT_EQ(message_of(reader.read(1)), "");
}

TEST(TraceTest, NoticesAChangedFile) {
  const TemporaryFile file("1,10\n2,20\n3,30\n");
  const auto trace = trace_in(file);
  file.write("1,10\n");
  TraceReader reader(trace);
  EXPECT_TRUE(reader.read(0));
  EXPECT_NE(message_of(reader.read(2)).find("row 3 of the replay is no longer in the file"),
            std::string::npos);
}

TEST(TraceTest, ReadsManyRowsInAnyOrder) {
  std::string text = "due,input_length\n";
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i) + "," + std::to_string(i + 1) + "\n";
  const TemporaryFile file(text);
  TraceReader reader(trace_in(file));
  for (std::size_t i = 0; i < 20'000; ++i) {
    const std::size_t k = i * 7'919 % 20'000;
    const TraceRow& row = *reader.read(k).value();
    ASSERT_EQ(row.at, std::chrono::seconds(k));
    ASSERT_EQ(row.in, k + 1);
  }
}

}  // namespace
}  // namespace paceline::workload
