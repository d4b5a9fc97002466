#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <paceline/pace/rate_changes.h>
#include <paceline/run/run_stripe.h>

namespace paceline::run {

/// The run whose progress is shown.
struct ShownRun {
  /// Such as "chat/complete rpm:6000 parallel:10".
  std::string name;
  /// Requests per minute; 0: unpaced.
  std::uint64_t rpm = 0;
  std::size_t parallel = 1;
  /// How many parts of the run publish their progress.
  std::size_t parts = 1;
  /// For changing the rate; nullptr: the rate cannot be changed.
  std::shared_ptr<pace::RateChanges> rate_changes{};
  /// The place among the program's runs, counted from 1.
  std::size_t number = 1;
  /// How many runs the program has; 0: unknown.
  std::size_t runs = 0;
};

/// Shows the progress of one run.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  /// Shows the progress of a part: one of this process's threads, or another process. Called on the
  /// part's thread. Must not block.
  virtual void publish(std::size_t part, const Progress& progress) = 0;
  /// The run has ended. Progress that is published later is not shown.
  virtual void end() = 0;
};

/// Starts to show a run; returns nullptr if no progress is shown.
using ProgressSinkFactory = std::function<std::shared_ptr<ProgressSink>(ShownRun)>;

}  // namespace paceline::run
