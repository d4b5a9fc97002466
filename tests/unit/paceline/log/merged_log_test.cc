#include <paceline/log/merged_log.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "log_folder.h"

namespace paceline::log {
namespace {

using Files = std::vector<std::string>;
using Items = std::vector<std::uint64_t>;
using Numbers = std::vector<std::int64_t>;

/// A run of a job, which starts that many seconds after the epoch.
LoggedRun run_at(int second, std::uint64_t identity, std::uint64_t rank = 0,
                 std::uint64_t ranks = 1) {
  return {.name = "chat/complete",
          .workload = "f",
          .started = std::chrono::system_clock::time_point(std::chrono::seconds(second)),
          .identity = identity,
          .rank = rank,
          .ranks = ranks};
}

class MergedLogTest : public LogFolder {
 protected:
  /// Adds a run to a log. The text of each good response names the log.
  void write(const std::string& name, const LoggedRun& about, const Items& good,
             const Items& failed = {}) {
    auto log = open_request_log(path(name));
    const auto run = begin_run(*log, about);
    for (const auto item : good) log->add(run, {.item = item, .status = 200, .response = name});
    for (const auto item : failed) log->add(run, {.item = item, .error = "It failed."});
    ASSERT_EQ(message_of(log->close()), "");
  }

  void change(const std::string& name, const std::string& sql) {
    auto opened = Database::open(path(name), Database::Mode::existing);
    ASSERT_EQ(message_of(opened->execute(sql)), "");
  }

  /// Turns the log into one of schema 3, which knows no identity.
  void make_older(const std::string& name) {
    change(name,
           "DROP VIEW latencies; DROP TABLE parts; DROP TABLE tallies; "
           "ALTER TABLE runs DROP COLUMN users; ALTER TABLE runs DROP COLUMN is_replay; "
           "ALTER TABLE runs DROP COLUMN burstiness; ALTER TABLE runs DROP COLUMN stages; "
           "ALTER TABLE runs DROP COLUMN context; "
           "ALTER TABLE runs DROP COLUMN threads; "
           "ALTER TABLE runs DROP COLUMN identity; ALTER TABLE runs DROP COLUMN rank; "
           "ALTER TABLE runs DROP COLUMN ranks; "
           "ALTER TABLE requests RENAME COLUMN item TO slot; "
           "ALTER TABLE requests RENAME COLUMN response TO reply; PRAGMA user_version = 3");
  }

  Files paths(const Files& names) {
    Files files;
    for (const std::string& name : names) files.push_back(path(name));
    return files;
  }

  MergedLog open(const Files& files) {
    auto log = MergedLog::open(files);
    EXPECT_EQ(message_of(log), "");
    return std::move(*log);
  }

  /// The runs whose rows stand for the items, in the order of items, which count from 0.
  Numbers chosen(const Files& files, const Numbers& runs) {
    Numbers from;
    std::uint64_t next = 0;
    EXPECT_EQ(
        message_of(open(files).for_each_item(runs,
                                             [&](std::int64_t run, const RequestRecord& record) {
                                               EXPECT_EQ(record.item, next++);
                                               from.push_back(run);
                                               return true;
                                             })),
        "");
    return from;
  }

  /// The text of each item; "failed" for a failed one.
  std::map<std::uint64_t, std::string> texts(const Files& files, const Numbers& runs) {
    std::map<std::uint64_t, std::string> found;
    EXPECT_EQ(message_of(open(files).for_each_item(
                  runs,
                  [&](std::int64_t, const RequestRecord& record) {
                    const std::string text(record.error.empty() ? record.response : "failed");
                    EXPECT_TRUE(found.emplace(record.item, text).second) << record.item;
                    return true;
                  })),
              "");
    return found;
  }

  void expect_refused(const Files& files, ErrorCode code, const std::string& at_fault) {
    const auto log = MergedLog::open(files);
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error().code, code);
    EXPECT_NE(log.error().message.find("'" + at_fault + "'"), std::string::npos)
        << log.error().message;
  }
};

TEST_F(MergedLogTest, AResumedRunStandsOnTheEarlierOnesOfItsJob) {
  ListedRuns runs;
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

TEST_F(MergedLogTest, OfSeveralRowsTheLastGoodOneStands) {
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
  EXPECT_EQ(chosen({path()}, {1, 2, 3}), (Numbers{1, 2, 3, 2}));
  EXPECT_EQ(chosen({path()}, {1}), (Numbers{1, 1, 1, 1}));
}

TEST_F(MergedLogTest, EndsWhenAsked) {
  auto log = open_request_log(path());
  const auto run = begin_run(*log);
  for (std::uint64_t item = 0; item < 5; ++item) log->add(run, {.item = item});
  ASSERT_EQ(message_of(log->close()), "");
  std::size_t rows = 0;
  EXPECT_EQ(message_of(
                open({path()}).for_each_item({run}, [&](auto, const auto&) { return ++rows < 2; })),
            "");
  EXPECT_EQ(rows, 2);
}

TEST_F(MergedLogTest, TheLogsOfRanksAreOneRun) {
  write("0", run_at(1, 7, 0, 2), {0, 2, 4});
  write("1", run_at(2, 7, 1, 2), {1}, {3});
  const auto log = open(paths({"0", "1"}));
  ASSERT_EQ(log.runs().size(), 1);
  const ListedRun& run = log.runs().front();
  EXPECT_EQ(run.run, 1);
  EXPECT_EQ(run.logged, 5);
  EXPECT_EQ(run.good, 4);
  EXPECT_EQ(run.started_utc, "1970-01-01T00:00:01.000Z");
  EXPECT_EQ(ranks_in_logs(run), 2);
  EXPECT_EQ(ranks_in_logs(open(paths({"1"})).runs().front()), 1);
  EXPECT_EQ(texts(paths({"0", "1"}), {1}),
            (std::map<std::uint64_t, std::string>{
                {0, "0"}, {1, "1"}, {2, "0"}, {3, "failed"}, {4, "0"}}));
}

TEST_F(MergedLogTest, AnItemOfSeveralLogsCountsOnce) {
  write("a", run_at(1, 7), {0, 1, 5}, {2, 3});
  write("b", run_at(1, 7), {1, 2, 9}, {0, 3});
  auto log = open(paths({"a", "b"}));
  ASSERT_EQ(log.runs().size(), 1);
  EXPECT_EQ(log.runs().front().logged, 6);
  EXPECT_EQ(log.runs().front().good, 5);
  EXPECT_EQ(log.settled_items({1}).value(), (Items{0, 1, 2, 5, 9}));
  EXPECT_EQ(texts(paths({"a", "b"}), {1}),
            (std::map<std::uint64_t, std::string>{
                {0, "a"}, {1, "b"}, {2, "b"}, {3, "failed"}, {5, "a"}, {9, "b"}}));
}

TEST_F(MergedLogTest, ACancelledItemIsSettledAndNotGood) {
  write("a", run_at(1, 7), {0, 1}, {2, 3, 4});
  change("a", "UPDATE requests SET cancelled = 1 WHERE item IN (2, 3)");
  write("b", run_at(1, 7), {3}, {0, 2, 4});
  for (const Files& names : {Files{"a", "b"}, Files{"b", "a"}}) {
    auto log = open(paths(names));
    ASSERT_EQ(log.runs().size(), 1);
    EXPECT_EQ(log.runs().front().logged, 5);
    EXPECT_EQ(log.runs().front().good, 3);
    EXPECT_EQ(log.settled_items({1}).value(), (Items{0, 1, 2, 3}));
    Items cancelled;
    EXPECT_EQ(message_of(log.for_each_item({1},
                                           [&cancelled](std::int64_t, const RequestRecord& record) {
                                             if (record.is_cancelled)
                                               cancelled.push_back(record.item);
                                             return true;
                                           })),
              "");
    EXPECT_EQ(cancelled, Items{2});
  }
}

TEST_F(MergedLogTest, RunsAreInTheOrderOfTheirStarts) {
  write("a", run_at(1, 7), {0}, {1, 2});
  std::filesystem::copy(path("a"), path("b"));
  LoggedRun later = run_at(5, 8);
  later.resumed = true;
  write("a", later, {1}, {2});
  later = run_at(3, 9);
  later.resumed = true;
  write("b", later, {1, 2});
  const auto log = open(paths({"a", "b"}));
  ASSERT_EQ(log.runs().size(), 3);
  EXPECT_EQ(log.runs()[0].places.size(), 2);
  EXPECT_EQ(log.runs()[0].logged, 3);
  EXPECT_EQ(log.runs()[1].run, 2);
  EXPECT_EQ(log.runs()[1].about.identity, 9);
  EXPECT_EQ(log.runs()[2].run, 3);
  EXPECT_EQ(log.runs()[2].about.identity, 8);
  EXPECT_EQ(runs_behind(log.runs(), 3), (Numbers{1, 2, 3}));
  EXPECT_EQ(chosen(paths({"a", "b"}), {1, 2, 3}), (Numbers{1, 3, 2}));
  const ListedRuns of_a = runs_in(log.runs(), 0);
  ASSERT_EQ(of_a.size(), 2);
  EXPECT_EQ(of_a[1].run, 2);
  EXPECT_EQ(of_a[1].about.identity, 8);
}

TEST_F(MergedLogTest, TheRunsOfALogKeepTheirOrderWhenTheClockWasSetBack) {
  write("a", run_at(9, 7), {0});
  write("a", run_at(1, 8), {0});
  const auto log = open(paths({"a"}));
  ASSERT_EQ(log.runs().size(), 2);
  EXPECT_EQ(log.runs()[0].about.identity, 7);
}

TEST_F(MergedLogTest, TheRunsOfASingleLogKeepTheirNumbers) {
  for (const std::uint64_t identity : {1U, 2U, 3U}) write("a", run_at(1, identity), {identity});
  change("a", "DELETE FROM requests WHERE run = 2; DELETE FROM runs WHERE run = 2");
  const auto log = open(paths({"a"}));
  ASSERT_EQ(log.runs().size(), 2);
  EXPECT_EQ(log.runs()[1].run, 3);
}

TEST_F(MergedLogTest, AnOlderLogBesideANewerOne) {
  write("old", run_at(1, 7), {0, 1}, {2});
  make_older("old");
  write("new", run_at(2, 8), {2, 3});
  auto log = open(paths({"new", "old"}));
  ASSERT_EQ(log.runs().size(), 2);
  EXPECT_EQ(log.runs()[0].about.identity, std::nullopt);
  EXPECT_EQ(log.settled_items({1, 2}).value(), (Items{0, 1, 2, 3}));
  EXPECT_EQ(texts(paths({"new", "old"}), {1, 2}),
            (std::map<std::uint64_t, std::string>{{0, "old"}, {1, "old"}, {2, "new"}, {3, "new"}}));
}

TEST_F(MergedLogTest, RunsWithoutAnIdentityAreDifferentRuns) {
  write("a", run_at(1, 7), {0});
  make_older("a");
  std::filesystem::copy(path("a"), path("b"));
  EXPECT_EQ(open(paths({"a", "b"})).runs().size(), 2);
}

TEST_F(MergedLogTest, NamesTheLogThatIsMissingOrNoLog) {
  write("a", run_at(1, 7), {0});
  expect_refused(paths({"a", "none"}), ErrorCode::not_a_log, path("none"));
  std::ofstream(path("text")) << "text of no database";
  expect_refused(paths({"text", "a"}), ErrorCode::not_a_log, path("text"));
}

TEST_F(MergedLogTest, NamesTheLogThatIsDamaged) {
  Items many(20'000);
  for (std::size_t item = 0; item < many.size(); ++item) many[item] = item;
  write("a", run_at(1, 7), many);
  write("b", run_at(2, 8), many);
  write("c", run_at(3, 9), {0});
  change("c", "DROP VIEW latencies; DROP TABLE requests");
  expect_refused(paths({"a", "c"}), ErrorCode::log_unreadable, path("c"));
  // The pages of the rows, but not the first page with the schema.
  change("b", "PRAGMA wal_checkpoint(TRUNCATE)");
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path("b")));
  std::fstream file(path("b"), std::ios::in | std::ios::out | std::ios::binary);
  constexpr std::streamoff page = 4096;
  file.seekp(4 * page);
  file << std::string(static_cast<std::size_t>(size - 4 * page), 'x');
  file.close();
  expect_refused(paths({"a", "b"}), ErrorCode::log_unreadable, path("b"));
}

}  // namespace
}  // namespace paceline::log
