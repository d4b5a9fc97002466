#include <paceline/log/log_reader.h>

#include <chrono>
#include <utility>
#include <vector>

#include "log_folder.h"

namespace paceline::log {
namespace {

using namespace std::chrono_literals;

class LogReaderTest : public LogFolder {
 protected:
  LogReader open() { return std::move(LogReader::open(path()).value()); }
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

TEST_F(LogReaderTest, GoesThroughTheItemsOfARunInTheirOrder) {
  auto log = open_request_log(path());
  begin_run(*log);
  begin_run(*log);
  for (const std::uint64_t item : {7U, 2U, 5U}) log->add(1, {.item = item});
  log->add(1, {.item = 3, .error = "It failed."});
  log->add(1, {.item = 8, .error = "cancelled after 5 ms", .is_cancelled = true});
  log->add(2, {.item = 4});
  ASSERT_EQ(message_of(log->close()), "");
  auto reader = open();
  auto items = reader.items(1).value();
  std::vector<std::pair<std::uint64_t, RowKind>> found;
  while (items.next().value()) found.emplace_back(items.item(), items.kind());
  EXPECT_EQ(found, (std::vector<std::pair<std::uint64_t, RowKind>>{{2, RowKind::good},
                                                                   {3, RowKind::failed},
                                                                   {5, RowKind::good},
                                                                   {7, RowKind::good},
                                                                   {8, RowKind::cancelled}}));
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
  auto reader = open();
  const RequestRecord read = reader.request(1, 0).value();
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
  EXPECT_FALSE(reader.items(run).value().next().value());
}

}  // namespace
}  // namespace paceline::log
