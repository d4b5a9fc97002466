#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <paceline/clock.h>
#include <paceline/gbench/run_group.h>
#include <paceline/run/run_stripe.h>

namespace paceline::programs {

/// The rate of recent departures: over the last second if it has ten, else over up to ten seconds.
class RecentRate {
 public:
  /// `departures`: the number since the run's start.
  void add(TimePoint now, std::uint64_t departures);
  /// Requests per minute; 0 before the second count.
  double rpm() const;

 private:
  struct Count {
    TimePoint when;
    std::uint64_t departures;
  };
  std::deque<Count> counts_;
};

/// Progress of a run for display.
struct RunProgress {
  run::Progress so_far;
  /// Such as "chat/complete rpm:6000 parallel:10".
  std::string name;
  /// The run's rate in requests per minute; 0: unpaced.
  std::uint64_t rpm = 0;
  double recent_rpm = 0;
};

/// The line for a terminal: a bar and figures in fewer than `width` columns. If the line is too
/// long, the least important figures are left out.
std::string progress_bar(const RunProgress& run, std::size_t width);

/// The line for a log file: the run's name, the share done, and every figure.
std::string progress_sentence(const RunProgress& run);

/// When progress is shown.
enum class ProgressMode {
  /// On a terminal.
  automatic,
  /// Also in a log file: one line every 10 seconds.
  on,
  off,
};

/// Shows the progress of one run, from a thread of its own: a slow terminal, or one that is held
/// with Ctrl-S, does not hold up the run.
class ProgressDisplay : public gbench::ProgressSink {
 public:
  /// Shows the run on the terminal or file `descriptor`, which must stay open meanwhile; nullptr if
  /// the mode shows nothing there.
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
  /// Nothing until each stripe has published its progress.
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
