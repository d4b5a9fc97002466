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

#include <paceline/gbench/progress_sink.h>
#include <paceline/run/run_stripe.h>
#include <programs/progress_line.h>

namespace paceline::programs {

/// When progress is shown.
enum class ProgressMode {
  /// On a terminal.
  automatic,
  /// In a log file too: a line each 10 seconds.
  on,
  off,
};

/// Shows the progress of one run, from a thread of its own: a slow terminal, or one that is held
/// with Ctrl-S, does not hold up the run.
class ProgressDisplay : public gbench::ProgressSink {
 public:
  /// Shows the run on the terminal or file `descriptor`, which must stay open as long; nullptr
  /// where the mode shows nothing there.
  static std::shared_ptr<ProgressDisplay> start(ProgressMode mode, int descriptor,
                                                gbench::ShownRun run);
  ~ProgressDisplay() override;
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  void publish(std::size_t stripe, const run::Progress& progress) override;
  /// Clears the terminal's line.
  void end() override;

 private:
  ProgressDisplay(int descriptor, bool is_terminal, gbench::ShownRun run);

  void show();
  /// Nothing until each stripe has told its own.
  std::optional<RunProgress> merged();
  void write(std::string_view text) const;

  const int descriptor_;
  const bool is_terminal_;
  const gbench::ShownRun run_;
  RecentRate rate_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_ended_ = false;
  std::vector<std::optional<run::Progress>> stripes_;
  std::thread thread_;
};

}  // namespace paceline::programs
