#include <paceline/log/log_reader.h>
#include <paceline/log/request_log.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "log_folder.h"

namespace paceline::log {
namespace {

using namespace std::chrono_literals;

using RequestLogTest = LogFolder;

/// Looks for up to half a minute.
bool becomes_true(const std::function<bool()>& look) {
  for (const auto end = std::chrono::steady_clock::now() + 30s;
       std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(5ms)) {
    if (look()) return true;
  }
  return false;
}

RequestRecord good(std::uint64_t item) {
  return {.item = item, .status = 200};
}

TEST_F(RequestLogTest, KeepsTheLatestTallyOfEachThread) {
  auto log = open_request_log(path());
  const auto run = begin_run(*log);
  const std::string bytes("\0a tally\xff", 9);
  log->keep({run, 0, "first"});
  log->keep({run, 1, "other"});
  ASSERT_TRUE(becomes_true([&] { return ask(path(), "SELECT count(*) FROM tallies") == 2; }));
  log->keep({run, 0, "second"});
  log->keep({run, 0, bytes});
  ASSERT_EQ(message_of(log->close()), "");
  const auto tallies = LogReader::open(path())->tallies(run).value();
  ASSERT_EQ(tallies.size(), 2U);
  EXPECT_EQ(tallies[0].thread, 0U);
  EXPECT_EQ(tallies[0].bytes, bytes);
  EXPECT_EQ(tallies[1].bytes, "other");
}

TEST_F(RequestLogTest, ATallyIsNeverInTheFileWithoutItsRequests) {
  auto log = open_request_log(path(), {.commit_every = 1ms});
  const auto run = begin_run(*log);
  for (std::uint64_t item = 0; item < 2'000; ++item) {
    log->add(run, good(item));
    log->keep({run, 0, std::to_string(item + 1)});
    if (item % 100 > 0) continue;
    auto file = LogReader::open(path());
    const auto tallies = file->tallies(run).value();
    const auto rows = file->runs().value().front().logged;
    if (tallies.empty()) continue;
    EXPECT_GE(rows, std::stoull(tallies.front().bytes));
  }
}

TEST_F(RequestLogTest, KeepsEveryField) {
  auto log = open_request_log(path());
  const LoggedRun about{.name = "chat/complete",
                        .workload = "f1",
                        .resumed = true,
                        .started = std::chrono::sys_days{std::chrono::year{2025} / 3 / 1} + 1'002ms,
                        .rpm = 6'000,
                        .parallel = 50,
                        .requests = 2,
                        .warmup = 1,
                        .host = "api.example.com",
                        .model = "m"};
  ASSERT_EQ(begin_run(*log, about), 1);
  log->add(1, {.item = 7,
               .custom_id = "a-7",
               .due = 1us,
               .sent = 2us,
               .first_byte = 3us,
               .first_token = 4us,
               .done = 5us,
               .status = 200,
               .tokens_in = 6,
               .tokens_out = 0,
               .cached_tokens = 8,
               .retries = 9,
               .response = "{\"ü\":\"\xff\"}"});
  log->add(1, {.item = 8, .due = 10us, .sent = 11us, .error = "It timed out."});
  ASSERT_EQ(message_of(log->close()), "");

  EXPECT_EQ(ask(path(),
                "SELECT count(*) FROM runs WHERE (run, name, workload, resumed, started_utc, rpm, "
                "parallel, requests, warmup, host, model) = (1, 'chat/complete', 'f1', 1, "
                "'2025-03-01T00:00:01.002Z', 6000, 50, 2, 1, 'api.example.com', 'm')"),
            1);
  EXPECT_EQ(
      ask(path(),
          "SELECT count(*) FROM requests WHERE (run, item, custom_id, due_ns, sent_ns, "
          "first_byte_ns, first_token_ns, done_ns, status, error, tokens_in, tokens_out, "
          "cached_tokens, retries, response) IS (1, 7, 'a-7', 1000, 2000, 3000, 4000, 5000, 200, "
          "NULL, 6, 0, 8, 9, '{\"ü\":\"\uFFFD\"}')"),
      1);
  EXPECT_EQ(ask(path(),
                "SELECT count(*) FROM requests WHERE (run, item, custom_id, due_ns, sent_ns, "
                "first_byte_ns, first_token_ns, done_ns, status, error, tokens_in, tokens_out, "
                "cached_tokens, retries, response) IS (1, 8, NULL, 10000, 11000, NULL, NULL, NULL, "
                "NULL, 'It timed out.', NULL, NULL, NULL, 0, NULL)"),
            1);
  EXPECT_EQ(ask(path(),
                "SELECT count(*) FROM latencies WHERE (item, late_ms, first_byte_ms, "
                "first_token_ms, latency_ms, due_latency_ms) = (7, .001, .001, .002, .003, .004)"),
            1);
}

TEST_F(RequestLogTest, KeepsHowEachResponseCameToItsEnd) {
  auto log = open_request_log(path());
  const auto run = begin_run(*log);
  log->add(run, {.item = 0, .first_answer = 9us, .reasoning_tokens = 90, .finish = Finish::length});
  log->add(run, {.item = 1, .finish = Finish::tool_calls, .tool_calls_valid = false});
  log->add(run, {.item = 2, .finish = Finish::other, .tool_calls_valid = true});
  log->add(run, {.item = 3});
  ASSERT_EQ(message_of(log->close()), "");
  EXPECT_EQ(ask(path(),
                "SELECT count(*) FROM requests WHERE (item, first_answer_ns, reasoning_tokens, "
                "finish, tool_calls_valid) IS (0, 9000, 90, 'length', NULL)"),
            1);
  EXPECT_EQ(ask_text(path(),
                     "SELECT group_concat(finish || ' ' || tool_calls_valid, '; ') FROM "
                     "(SELECT * FROM requests ORDER BY item)"),
            "tool_calls 0; other 1");
  EXPECT_EQ(ask(path(),
                "SELECT count(*) FROM requests WHERE (item, first_answer_ns, reasoning_tokens, "
                "finish, tool_calls_valid) IS (3, NULL, NULL, NULL, NULL)"),
            1);
}

TEST_F(RequestLogTest, KeepsThePartOfEachRequest) {
  auto log = open_request_log(path());
  const auto run =
      begin_run(*log, {.model = "a:0.5,b:0.5", .url = "u, v", .parts = {{"a", "u"}, {"b", "v"}}});
  const auto whole = begin_run(*log, {.model = "m", .url = "w"});
  log->add(run, {.item = 0, .part = 1});
  log->add(run, {.item = 1, .part = 0});
  log->add(whole, {.item = 0});
  ASSERT_EQ(message_of(log->close()), "");
  EXPECT_EQ(ask_text(path(),
                     "SELECT group_concat(model || ' ' || url, '; ') FROM "
                     "(SELECT model, url FROM latencies ORDER BY run, item)"),
            "b v; a u; m w");
  EXPECT_EQ(ask(path(), "SELECT count(part) FROM requests"), 2);
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM parts"), 2);
}

TEST_F(RequestLogTest, AddsToAnEarlierFile) {
  for (std::int64_t expected = 1; expected <= 3; ++expected) {
    auto log = open_request_log(path());
    ASSERT_EQ(begin_run(*log), expected);
    log->add(expected, good(0));
  }
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM requests"), 3);
}

TEST_F(RequestLogTest, TheSameItemAgainReplacesItsRow) {
  auto log = open_request_log(path());
  const auto run = begin_run(*log);
  log->add(run, {.item = 1, .error = "It failed."});
  log->add(run, good(1));
  EXPECT_EQ(message_of(log->close()), "");
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM requests WHERE error IS NULL"), 1);
}

TEST_F(RequestLogTest, TakesRequestsFromManyThreads) {
  constexpr std::uint64_t threads = 4;
  constexpr std::uint64_t each = 20'000;
  auto log = open_request_log(path());
  const auto run = begin_run(*log);
  std::vector<std::thread> adders;
  for (std::uint64_t thread = 0; thread < threads; ++thread) {
    adders.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < each; ++i) {
        const std::uint64_t item = i * threads + thread;
        const std::string text(item % 100, static_cast<char>('a' + thread));
        log->add(run, {.item = item, .error = text, .tokens_out = item, .response = text});
      }
    });
  }
  for (auto& adder : adders) adder.join();
  ASSERT_EQ(message_of(log->close()), "");
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM requests WHERE tokens_out = item"), threads * each);
  EXPECT_EQ(ask(path(),
                "SELECT count(*) FROM requests WHERE item % 100 > 0 AND (response <> error OR "
                "length(response) <> item % 100 OR trim(response, char(97 + item % 4)) <> '')"),
            0);
}

TEST_F(RequestLogTest, CommitsWhileItIsOpen) {
  auto log = open_request_log(path());
  log->add(begin_run(*log), good(0));
  EXPECT_TRUE(becomes_true([&] { return ask(path(), "SELECT count(*) FROM requests") == 1; }));
}

TEST_F(RequestLogTest, TwoProgramsMayWriteOneFile) {
  auto one = open_request_log(path());
  auto other = open_request_log(path());
  const auto run = begin_run(*one);
  const auto other_run = begin_run(*other);
  EXPECT_NE(run, other_run);
  for (std::uint64_t item = 0; item < 2'000; ++item) {
    one->add(run, good(item));
    other->add(other_run, good(item));
  }
  EXPECT_EQ(message_of(one->close()), "");
  EXPECT_EQ(message_of(other->close()), "");
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM requests"), 4'000);
}

TEST_F(RequestLogTest, AddingDoesNotWaitForALockedFile) {
  auto log = open_request_log(path());
  const auto run = begin_run(*log);
  auto holder = Database::open(path(), Database::Mode::existing);
  ASSERT_EQ(message_of(holder->execute("BEGIN IMMEDIATE")), "");
  for (std::uint64_t item = 0; item < 10'000; ++item) log->add(run, good(item));
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM requests"), 0);
  ASSERT_EQ(message_of(holder->execute("ROLLBACK")), "");
  EXPECT_EQ(message_of(log->close()), "");
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM requests"), 10'000);
}

TEST_F(RequestLogTest, ADeletedFileIsTrouble) {
  auto log = open_request_log(path());
  const auto run = begin_run(*log);
  std::filesystem::remove(path());
  log->add(run, good(0));
  EXPECT_TRUE(becomes_true([&] { return !log->status(); }));
  const auto closed = log->close();
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, ErrorCode::log_incomplete);
  EXPECT_EQ(closed.error().message,
            "1 requests are not in the log '" + path() + "': the file was moved or deleted");
}

/// Makes writes beyond a size of their file fail, as a full disk does.
class FullDisk {
 public:
  explicit FullDisk(rlim_t size) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit low = before_;
    low.rlim_cur = size;
    setrlimit(RLIMIT_FSIZE, &low);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

constexpr rlim_t small = 200'000;

TEST_F(RequestLogTest, AFullDiskIsTroubleUntilThereIsRoom) {
  auto log = open_request_log(path(), {.commit_every = 10ms});
  const auto run = begin_run(*log);
  {
    const FullDisk full(small);
    for (std::uint64_t item = 0; item < 20'000; ++item) log->add(run, good(item));
    log->keep({run, 0, "earlier"});
    log->keep({run, 1, "other"});
    ASSERT_TRUE(becomes_true([&] { return !log->status(); }));
    log->keep({run, 0, "later"});
    const Error trouble = log->status().error();
    EXPECT_EQ(trouble.code, ErrorCode::log_unwritable);
    EXPECT_TRUE(trouble.message.starts_with("cannot write the log '" + path() + "': "))
        << trouble.message;
    EXPECT_NE(trouble.message.find("wait in memory"), std::string::npos) << trouble.message;
  }
  EXPECT_TRUE(becomes_true([&] { return log->status().has_value(); }));
  EXPECT_EQ(message_of(log->close()), "");
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM requests"), 20'000);
  EXPECT_EQ(ask_text(path(), "SELECT CAST(tally AS TEXT) FROM tallies WHERE thread = 0"), "later");
  EXPECT_EQ(ask_text(path(), "SELECT CAST(tally AS TEXT) FROM tallies WHERE thread = 1"), "other");
}

TEST_F(RequestLogTest, WhatAFullDiskDoesNotTakeIsCounted) {
  constexpr std::int64_t added = 50'000;
  const FullDisk full(small);
  auto log = open_request_log(path(), {.commit_every = 10ms, .memory = 500'000});
  const auto run = begin_run(*log);
  for (std::uint64_t item = 0; item < added; ++item) {
    log->add(run, good(item));
    if (item % 100 == 0) std::this_thread::sleep_for(100us);
  }
  ASSERT_FALSE(log->status());
  const auto closed = log->close();
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, ErrorCode::log_incomplete);
  EXPECT_EQ(message_of(log->close()), message_of(closed));
  const auto written = ask(path(), "SELECT count(*) FROM requests");
  EXPECT_GT(written, 0);
  EXPECT_TRUE(message_of(closed).starts_with(std::to_string(added - written) +
                                             " requests are not in the log"))
      << message_of(closed) << ' ' << written;
  EXPECT_EQ(ask_text(path(), "PRAGMA integrity_check"), "ok");
}

/// Makes each write of SQLite fail with ENOSPC.
class NoSpace {
 public:
  NoSpace() {
    set("write", reinterpret_cast<sqlite3_syscall_ptr>(&write));
    set("pwrite", reinterpret_cast<sqlite3_syscall_ptr>(&pwrite));
    set("pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(&pwrite));
  }
  ~NoSpace() {
    for (const char* name : {"write", "pwrite", "pwrite64"}) set(name, nullptr);
  }
  NoSpace(const NoSpace&) = delete;
  NoSpace& operator=(const NoSpace&) = delete;

 private:
  static ssize_t write(int, const void*, std::size_t) {
    errno = ENOSPC;
    return -1;
  }
  static ssize_t pwrite(int, const void*, std::size_t, off64_t) {
    errno = ENOSPC;
    return -1;
  }
  static void set(const char* name, sqlite3_syscall_ptr call) {
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    vfs->xSetSystemCall(vfs, name, call);
  }
};

TEST_F(RequestLogTest, AFullDiskHasACodeOfItsOwn) {
  auto log = open_request_log(path());
  const auto run = begin_run(*log);
  const NoSpace full;
  log->add(run, good(0));
  const auto closed = log->close();
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, ErrorCode::disk_full);
  EXPECT_EQ(closed.error().message,
            "1 requests are not in the log '" + path() + "': database or disk is full");
}

TEST_F(RequestLogTest, AFullDiskEndsTheNextRunBeforeItBegins) {
  auto log = open_request_log(path());
  const FullDisk full(0);
  const auto begun = log->begin_run({});
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::log_unwritable);
  EXPECT_NE(begun.error().message.find(path()), std::string::npos);
}

}  // namespace
}  // namespace paceline::log
