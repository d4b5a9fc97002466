#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <paceline/run/run_stripe.h>

namespace paceline::gbench {

/// The run whose progress is shown.
struct ShownRun {
  /// Such as "chat/complete rpm:6000 parallel:10".
  std::string name;
  /// Requests per minute; 0: unpaced.
  std::uint64_t rpm = 0;
  std::size_t stripes = 1;
};

/// Shows the progress of one run.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  /// Takes a stripe's progress. Called on the stripe's thread; never waits.
  virtual void publish(std::size_t stripe, const run::Progress& progress) = 0;
  /// The run has ended. Progress that is published later is not shown.
  virtual void end() = 0;
};

/// Starts to show a run; nullptr where no progress is shown.
using ProgressSinkFactory = std::function<std::shared_ptr<ProgressSink>(ShownRun)>;

}  // namespace paceline::gbench
