#include <paceline/log/logged_items.h>

#include <fstream>
#include <string_view>
#include <vector>

#include "log_folder.h"

namespace paceline::log {
namespace {

using Items = std::vector<std::uint64_t>;

class LoggedItemsTest : public LogFolder {
 protected:
  /// Logs a run with good responses to some items, and failures of others.
  void log_run(const std::string& name, const std::string& workload, const Items& good,
               const Items& failed, const std::string& file = "log.sqlite") {
    auto log = open_request_log(path(file));
    const auto run = begin_run(*log, {.name = name, .workload = workload});
    for (const auto item : good) log->add(run, {.item = item, .status = 200});
    for (const auto item : failed) log->add(run, {.item = item, .error = "It failed."});
    EXPECT_EQ(message_of(log->close()), "");
  }

  LoggedItems read(const std::string& name, const std::string& workload) {
    auto items = read_logged_items({path()}, {.name = name, .workload = workload});
    EXPECT_EQ(message_of(items), "");
    return items.value_or(LoggedItems({}));
  }

  void expect_refused(const std::string& name, const std::string& workload, ErrorCode code,
                      std::string_view says) {
    const auto items = read_logged_items({path()}, {.name = name, .workload = workload});
    ASSERT_FALSE(items);
    EXPECT_EQ(items.error().code, code);
    EXPECT_NE(items.error().message.find(says), std::string::npos) << items.error().message;
    EXPECT_NE(items.error().message.find(path()), std::string::npos) << items.error().message;
  }
};

TEST_F(LoggedItemsTest, ListsWhatIsMissing) {
  const LoggedItems items({1, 2, 5, 9});
  EXPECT_EQ(items.missing(0, 7), (Items{0, 3, 4, 6}));
  EXPECT_EQ(items.missing(2, 4), (Items{3}));
  EXPECT_EQ(items.missing(8, 12), (Items{8, 10, 11}));
  EXPECT_EQ(items.missing(5, 5), Items{});
  EXPECT_TRUE(items.contains(5));
  EXPECT_FALSE(items.contains(6));
  EXPECT_EQ(items.count(), 4);
}

TEST_F(LoggedItemsTest, AddsUpTheRunsOfOneJob) {
  log_run("chat/complete", "f1", {0, 3, 4}, {1, 2});
  log_run("chat/complete", "f1", {1}, {2, 3});
  log_run("chat/complete", "f2", {2}, {});
  log_run("chat/stream", "f1", {2}, {});
  EXPECT_EQ(read("chat/complete", "f1").missing(0, 6), (Items{2, 5}));
  EXPECT_EQ(read("chat/complete", "f2").missing(0, 4), (Items{0, 1, 3}));
}

TEST_F(LoggedItemsTest, AddsUpTheLogsOfOneJob) {
  log_run("chat/complete", "f1", {0, 3}, {1, 2}, "a");
  log_run("chat/complete", "f2", {4}, {}, "a");
  log_run("chat/complete", "f1", {1, 3}, {0, 2}, "b");
  const auto items =
      read_logged_items({path("a"), path("b")}, {.name = "chat/complete", .workload = "f1"});
  EXPECT_EQ(items.value().missing(0, 5), (Items{2, 4}));
}

TEST_F(LoggedItemsTest, NamesTheLogThatIsOfAnotherJob) {
  log_run("chat/complete", R"({"n":1})", {0}, {}, "a");
  log_run("chat/complete", R"({"n":3})", {0}, {}, "b");
  log_run("chat/complete", R"({"n":2})", {0}, {}, "b");
  const auto items = read_logged_items({path("a"), path("b")},
                                       {.name = "chat/complete", .workload = R"({"n":1})"});
  EXPECT_EQ(items.error().code, ErrorCode::log_of_another_job);
  EXPECT_EQ(items.error().message,
            "run 2 of the log '" + path("b") + "' made different requests: n was 2 and is 1");
}

TEST_F(LoggedItemsTest, NamesTheLogThatHasNoRuns) {
  log_run("chat/complete", "f1", {0}, {}, "a");
  open_request_log(path("b"));
  const auto items =
      read_logged_items({path("a"), path("b")}, {.name = "chat/complete", .workload = "f1"});
  EXPECT_EQ(items.error().code, ErrorCode::log_has_no_run);
  EXPECT_NE(items.error().message.find("'" + path("b") + "'"), std::string::npos);
}

TEST_F(LoggedItemsTest, ARunThatSentNothingGoodMissesAll) {
  log_run("chat/complete", "f1", {}, {0, 1});
  EXPECT_EQ(read("chat/complete", "f1").missing(0, 2), (Items{0, 1}));
}

TEST_F(LoggedItemsTest, RefusesAnotherJob) {
  log_run("chat/complete", "f1", {0}, {});
  expect_refused("chat/complete", "f2", ErrorCode::log_of_another_job, "made different requests");
  expect_refused("chat/stream", "f1", ErrorCode::log_of_another_job,
                 "no run of chat/stream to resume, only of chat/complete");
}

TEST_F(LoggedItemsTest, NamesWhatTheLastRunOfTheNameAskedOtherwise) {
  log_run("chat/complete", R"({"n":1})", {0}, {});
  log_run("chat/complete", R"({"n":2})", {0}, {});
  log_run("chat/stream", R"({"n":3})", {0}, {});
  expect_refused("chat/complete", R"({"n":4})", ErrorCode::log_of_another_job,
                 "run 2 of the log '" + path() + "' made different requests: n was 2 and is 4");
}

TEST_F(LoggedItemsTest, RefusesALogWithoutRuns) {
  open_request_log(path());
  expect_refused("chat/complete", "f1", ErrorCode::log_has_no_run, "no run to resume");
}

TEST_F(LoggedItemsTest, RefusesAFileThatIsMissingOrNoLog) {
  expect_refused("chat/complete", "f1", ErrorCode::not_a_log, "No such file");
  std::ofstream(path()) << "{\"not\":\"a log\"}";
  expect_refused("chat/complete", "f1", ErrorCode::not_a_log, "not a database");
}

TEST_F(LoggedItemsTest, SaysThatALogIsDamaged) {
  log_run("chat/complete", "f1", {0}, {});
  {
    auto opened = Database::open(path(), Database::Mode::existing);
    ASSERT_EQ(message_of(opened->execute("DROP VIEW latencies; DROP TABLE requests")), "");
  }
  expect_refused("chat/complete", "f1", ErrorCode::log_unreadable, "no such table");
}

}  // namespace
}  // namespace paceline::log
