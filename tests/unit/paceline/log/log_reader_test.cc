#include <paceline/log/log_reader.h>

#include <chrono>
#include <vector>

#include "log_folder.h"

namespace paceline::log {
namespace {

using namespace std::chrono_literals;

class LogReaderTest : public LogFolder {
 protected:
  LogReader open() { return std::move(LogReader::open(path()).value()); }

  /// The runs whose rows stand for the items, in the order of items.
  std::vector<std::int64_t> chosen(const std::vector<std::int64_t>& runs) {
    std::vector<std::int64_t> from;
    std::uint64_t next = 0;
    EXPECT_EQ(message_of(open().for_each_item(runs,
                                              [&](std::int64_t run, const RequestRecord& record) {
                                                EXPECT_EQ(record.item, next++);
                                                from.push_back(run);
                                                return true;
                                              })),
              "");
    return from;
  }
};

TEST_F(LogReaderTest, ListsRunsWithTheirCounts) {
  auto log = open_request_log(path());
  begin_run(
      *log,
      {.name = "chat/complete", .workload = "f1", .rpm = 60, .model = "m", .url = "http://h/"});
  begin_run(*log, {.name = "chat/complete",
                   .workload = "f1",
                   .resumed = true,
                   .model = "m",
                   .url = "http://h/",
                   .threads = 3,
                   .identity = ~std::uint64_t{0},
                   .rank = 2,
                   .ranks = 4});
  log->add(1, {.item = 0, .status = 200});
  log->add(1, {.item = 1, .error = "It failed."});
  ASSERT_EQ(message_of(log->close()), "");
  auto reader = open();
  const auto runs = reader.runs().value();
  ASSERT_EQ(runs.size(), 2);
  EXPECT_EQ(runs[0].run, 1);
  EXPECT_EQ(runs[0].about.name, "chat/complete");
  EXPECT_EQ(runs[0].about.rpm, 60);
  EXPECT_EQ(runs[0].about.model, "m");
  EXPECT_EQ(runs[0].about.url, "http://h/");
  EXPECT_FALSE(runs[0].about.resumed);
  EXPECT_EQ(runs[0].started_utc, "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(runs[0].logged, 2);
  EXPECT_EQ(runs[0].good, 1);
  EXPECT_EQ(runs[0].about.threads, 1);
  EXPECT_TRUE(runs[1].about.resumed);
  EXPECT_EQ(runs[1].about.threads, 3);
  EXPECT_EQ(runs[0].about.identity, std::nullopt);
  EXPECT_EQ(runs[0].about.rank, 0);
  EXPECT_EQ(runs[0].about.ranks, 1);
  EXPECT_EQ(runs[1].about.identity, ~std::uint64_t{0});
  EXPECT_EQ(runs[1].about.rank, 2);
  EXPECT_EQ(runs[1].about.ranks, 4);
  EXPECT_TRUE(same_job(runs[0].about, runs[1].about));
}

TEST_F(LogReaderTest, AResumedRunStandsOnTheEarlierOnesOfItsJob) {
  std::vector<ListedRun> runs;
  const auto add = [&runs](const std::string& workload, bool resumed) {
    ListedRun run;
    run.run = static_cast<std::int64_t>(runs.size()) + 1;
    run.about.workload = workload;
    run.about.resumed = resumed;
    runs.push_back(run);
  };
  add("f1", false);
  add("f2", false);
  add("f1", true);
  add("f1", true);
  add("f1", false);
  using Runs = std::vector<std::int64_t>;
  EXPECT_EQ(runs_behind(runs, 1), (Runs{1}));
  EXPECT_EQ(runs_behind(runs, 3), (Runs{1, 3}));
  EXPECT_EQ(runs_behind(runs, 4), (Runs{1, 3, 4}));
  EXPECT_EQ(runs_behind(runs, 5), (Runs{5}));
  EXPECT_EQ(runs_behind(runs, 6), Runs{});
}

TEST_F(LogReaderTest, OfSeveralRowsTheLastGoodOneStands) {
  auto log = open_request_log(path());
  for (int i = 0; i < 3; ++i) begin_run(*log);
  const auto add = [&log](std::int64_t run, std::uint64_t item, bool good) {
    log->add(run, {.item = item, .error = good ? "" : "It failed."});
  };
  add(1, 0, true);
  add(2, 0, false);
  add(1, 1, false);
  add(2, 1, false);
  add(3, 2, true);
  add(1, 2, true);
  add(1, 3, false);
  add(2, 3, true);
  add(3, 3, false);
  ASSERT_EQ(message_of(log->close()), "");
  EXPECT_EQ(chosen({1, 2, 3}), (std::vector<std::int64_t>{1, 2, 3, 2}));
  EXPECT_EQ(chosen({1}), (std::vector<std::int64_t>{1, 1, 1, 1}));
}

TEST_F(LogReaderTest, GivesBackEveryField) {
  auto log = open_request_log(path());
  const RequestRecord record{.item = 0,
                             .custom_id = "a",
                             .due = 1ns,
                             .sent = 2ns,
                             .first_byte = 3ns,
                             .first_token = 4ns,
                             .done = 5ns,
                             .status = 503,
                             .error = "It failed.",
                             .tokens_in = 6,
                             .tokens_out = 7,
                             .cached_tokens = 8,
                             .retries = 9,
                             .response = std::string_view("{\0}", 3)};
  log->add(begin_run(*log), record);
  ASSERT_EQ(message_of(log->close()), "");
  std::size_t rows = 0;
  EXPECT_EQ(message_of(open().for_each_item({1},
                                            [&](std::int64_t, const RequestRecord& read) {
                                              ++rows;
                                              EXPECT_EQ(read.custom_id, record.custom_id);
                                              EXPECT_EQ(read.due, record.due);
                                              EXPECT_EQ(read.sent, record.sent);
                                              EXPECT_EQ(read.first_byte, record.first_byte);
                                              EXPECT_EQ(read.first_token, record.first_token);
                                              EXPECT_EQ(read.done, record.done);
                                              EXPECT_EQ(read.status, record.status);
                                              EXPECT_EQ(read.error, record.error);
                                              EXPECT_EQ(read.tokens_in, record.tokens_in);
                                              EXPECT_EQ(read.tokens_out, record.tokens_out);
                                              EXPECT_EQ(read.cached_tokens, record.cached_tokens);
                                              EXPECT_EQ(read.retries, record.retries);
                                              EXPECT_EQ(read.response, record.response);
                                              return true;
                                            })),
            "");
  EXPECT_EQ(rows, 1);
}

TEST_F(LogReaderTest, EndsWhenAsked) {
  auto log = open_request_log(path());
  const auto run = begin_run(*log);
  for (std::uint64_t item = 0; item < 5; ++item) log->add(run, {.item = item});
  ASSERT_EQ(message_of(log->close()), "");
  std::size_t rows = 0;
  EXPECT_EQ(message_of(open().for_each_item({run}, [&](auto, const auto&) { return ++rows < 2; })),
            "");
  EXPECT_EQ(rows, 2);
}

TEST_F(LogReaderTest, ReadsOneMomentWhileTheLogIsWritten) {
  auto log = open_request_log(path());
  const auto run = begin_run(*log);
  auto reader = open();
  EXPECT_EQ(reader.runs().value().size(), 1);
  log->add(run, {.item = 0});
  begin_run(*log);
  ASSERT_EQ(message_of(log->close()), "");
  EXPECT_EQ(reader.runs().value().size(), 1);
  EXPECT_EQ(reader.good_items({run}).value().size(), 0);
}

}  // namespace
}  // namespace paceline::log
