#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include <paceline/clock.h>
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

/// Progress of a run as a person sees it.
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

}  // namespace paceline::programs
