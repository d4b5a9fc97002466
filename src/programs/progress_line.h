#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include <paceline/clock.h>
#include <paceline/run/progress.h>

namespace paceline {

/// The rate of the last departures: of the last second where there are ten in it, otherwise of up
/// to ten seconds.
class RecentRate {
 public:
  /// `departures`: so far.
  void add(TimePoint now, std::uint64_t departures);
  /// Requests per minute; 0 until two counts are known.
  double rpm() const;

 private:
  struct Count {
    TimePoint when;
    std::uint64_t departures;
  };
  std::deque<Count> counts_;
};

/// What a person is told of a run that goes on.
struct RunProgress {
  Progress so_far;
  /// Such as "chat/complete rpm:6000 parallel:10".
  std::string name;
  /// Requests per minute asked for; 0: unpaced.
  std::uint64_t rpm = 0;
  double recent_rpm = 0;
};

/// For a terminal: a bar and figures in fewer than `width` columns. Where they do not fit, the
/// figures that matter least are left out.
std::string progress_bar(const RunProgress& run, std::size_t width);

/// For a log file: the run's name, the share done, and every figure.
std::string progress_sentence(const RunProgress& run);

}  // namespace paceline
