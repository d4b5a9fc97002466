// A process that logs is killed while it does, and the file is looked at.

#include <paceline/log/request_log.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <new>
#include <thread>

#include "log_folder.h"

namespace paceline::log {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto pause = 200us;
constexpr std::uint64_t most = 100'000;

/// The time at which the child added each item, in shared memory.
struct Added {
  std::atomic<std::uint64_t> count{0};
  Clock::time_point when[most];
};

class KillTest : public LogFolder {
 protected:
  KillTest()
      : added_(new (mmap(nullptr, sizeof(Added), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                         -1, 0)) Added) {}
  ~KillTest() override { munmap(added_, sizeof(Added)); }

  /// Logs in a child process, which is killed when `wait` returns.
  Clock::time_point log_until_killed(const std::function<void()>& wait) {
    added_->count = 0;
    const pid_t child = fork();
    if (child == 0) log_for_ever();
    wait();
    const auto killed = Clock::now();
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    return killed;
  }

  [[noreturn]] void log_for_ever() {
    auto log = open_request_log(path());
    const auto run = begin_run(*log);
    const std::string response(500, 'x');
    for (std::uint64_t item = 0; item < most; ++item) {
      log->add(run, {.item = item, .status = 200, .response = response});
      added_->when[item] = Clock::now();
      added_->count = item + 1;
      std::this_thread::sleep_for(pause);
    }
    _exit(1);
  }

  /// The longest time from one row to the next: a busy machine may stop the writer for as long.
  Clock::duration longest_pause() const {
    Clock::duration longest{0};
    for (std::uint64_t item = 1; item < added_->count; ++item) {
      longest = std::max(longest, added_->when[item] - added_->when[item - 1]);
    }
    return longest;
  }

  Added* added_;
};

TEST_F(KillTest, CostsNoMoreThanTheLastSecond) {
  const auto killed = log_until_killed([this] {
    while (added_->count == 0 || Clock::now() < added_->when[0] + 1250ms) {
      std::this_thread::sleep_for(1ms);
    }
  });
  EXPECT_EQ(ask_text(path(), "PRAGMA integrity_check"), "ok");
  const auto kept = static_cast<std::uint64_t>(ask(path(), "SELECT count(*) FROM requests"));
  EXPECT_EQ(ask(path(), "SELECT ifnull(max(item) + 1, 0) FROM requests"), kept);
  const std::uint64_t added = added_->count;
  ASSERT_LE(kept, added + 1);
  if (kept < added) {
    EXPECT_GT(added_->when[kept], killed - 1s - longest_pause())
        << kept << " of " << added << " are kept";
  }
}

TEST_F(KillTest, AtAnyMomentLeavesAFileThatOpens) {
  std::int64_t kept = 0;
  for (const auto time : {0ms, 1ms, 2ms, 3ms, 5ms, 8ms, 15ms, 40ms, 103ms, 120ms, 210ms, 333ms}) {
    log_until_killed([time] { std::this_thread::sleep_for(time); });
    auto log = open_request_log(path());
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(ask_text(path(), "PRAGMA integrity_check"), "ok") << time.count() << " ms";
    const auto requests = ask(path(), "SELECT count(*) FROM requests");
    EXPECT_GE(requests, kept);
    kept = requests;
  }
  EXPECT_GT(kept, 0);
}

}  // namespace
}  // namespace paceline::log
