#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <paceline/clock.h>
#include <paceline/loop/sockets.h>
#include <paceline/run/progress_sink.h>
#include <paceline/run/run_stripe.h>
#include <programs/progress/live_terminal.h>
#include <programs/progress/recent_latency.h>
#include <programs/progress/recent_rate.h>
#include <programs/progress/run_progress.h>

namespace paceline::programs::progress {

/// How progress is shown.
enum class ProgressMode {
  /// On a terminal, in a line.
  automatic,
  /// Also in a log file: one line every 10 seconds.
  on,
  /// On a terminal, as a live screen with keys. A small terminal shows a line. A terminal
  /// without escape sequences shows one line every 10 seconds.
  screen,
  off,
};

/// Shows the progress of one run, from a thread of its own: a slow terminal, or one that is held
/// with Ctrl-S, does not hold up the run.
class ProgressDisplay : public run::ProgressSink {
 public:
  /// Shows the run on the terminal or file `descriptor`, which must stay open meanwhile; nullptr if
  /// the mode shows nothing there.
  static std::shared_ptr<ProgressDisplay> start(ProgressMode mode, int descriptor,
                                                run::ShownRun run);
  ~ProgressDisplay() override;
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  /// Keeps the progress for the next draw.
  void publish(std::size_t stripe, const run::Progress& progress) override;
  /// Clears the terminal's line, or gives the terminal back.
  void end() override;

 private:
  enum class Form { sentences, line, screen };
  struct Published {
    run::Progress progress;
    TimePoint when;
  };
  ProgressDisplay(Form form, int descriptor, run::ShownRun run);

  /// The thread.
  void show();
  void wake() const;
  /// Waits until a time, for the end or for Ctrl-Z. Meanwhile acts on keys.
  void wait_until(TimePoint time);
  bool is_ended();
  void draw(const RunProgress& progress);
  void draw_line(const RunProgress& progress);
  void draw_screen(const RunProgress& progress);
  void clear_line();
  void act_on(char key);
  std::string keys_text() const;
  /// Nothing until each stripe has published its progress.
  std::optional<RunProgress> merged();

  const Form form_;
  const int descriptor_;
  const run::ShownRun run_;
  const loop::Descriptor wake_;
  const bool has_blocks_;
  const bool has_colour_;
  /// Of the form `screen`.
  std::optional<LiveTerminal> terminal_;
  bool has_line_ = false;
  bool is_stopping_ = false;
  TimePoint next_sentence_;
  RecentRate rate_;
  RecentRate tokens_;
  RecentLatency latency_;
  std::mutex mutex_;
  bool is_ended_ = false;
  std::vector<std::optional<Published>> stripes_;
  std::thread thread_;
};

}  // namespace paceline::programs::progress
