#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <paceline/run/progress.h>
#include <programs/progress_line.h>

namespace paceline {

/// When a run tells how it goes.
enum class ProgressMode {
  /// On a terminal.
  automatic,
  /// In a log file too: a line each 10 seconds.
  on,
  off,
};

/// The run that is shown.
struct ShownRun {
  std::string name;
  /// 0: unpaced.
  std::uint64_t rpm = 0;
  std::size_t stripes = 1;
};

/// Shows how one run goes, from a thread of its own: a terminal that takes its time, or that is
/// held with Ctrl-S, must not hold up the run.
class ProgressDisplay {
 public:
  /// Of the terminal or file `descriptor`, which stays open as long; nullptr where nothing is to be
  /// shown on it.
  static std::shared_ptr<ProgressDisplay> start(ProgressMode mode, int descriptor, ShownRun run);
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  /// From the stripe's thread; never waits.
  void publish(std::size_t stripe, const Progress& progress);
  /// Clears what is on the terminal. What is published later is not shown.
  void end();

 private:
  ProgressDisplay(int descriptor, bool is_terminal, ShownRun run);

  void show();
  /// Nothing until each stripe has told its own.
  std::optional<RunProgress> merged();
  void write(std::string_view text) const;

  const int descriptor_;
  const bool is_terminal_;
  const ShownRun run_;
  RecentRate rate_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_ended_ = false;
  std::vector<std::optional<Progress>> stripes_;
  std::thread thread_;
};

}  // namespace paceline
