#pragma once

#include <chrono>
#include <deque>
#include <vector>

#include <paceline/clock.h>
#include <paceline/run/run_stripe.h>

namespace paceline::programs::progress {

/// The latency of the responses of one second; 0 if there was no response.
struct LatencySecond {
  std::chrono::nanoseconds p50{0};
  std::chrono::nanoseconds p99{0};
};

/// The quantile `q`, from 0 to 1, of wide buckets (Histogram::wide_counts()), to about a tenth; 0
/// when empty.
std::chrono::nanoseconds quantile_of(const run::LatencyCounts& counts, double q);

/// The latency of the last minute, second by second. The memory has a fixed size.
class RecentLatency {
 public:
  explicit RecentLatency(TimePoint start) : snapshots_{{start, {}}} {}

  /// `counts`: of all responses since the start of the run.
  void add(TimePoint now, const run::LatencyCounts& counts);

  /// The oldest second first; at most sixty.
  std::vector<LatencySecond> seconds() const;
  /// The counts of these seconds together.
  run::LatencyCounts counts() const;

 private:
  struct Snapshot {
    TimePoint when;
    run::LatencyCounts counts;
  };
  /// A second apart. The first one precedes the first second.
  std::deque<Snapshot> snapshots_;
};

}  // namespace paceline::programs::progress
