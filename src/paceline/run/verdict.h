#pragma once

#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/clock.h>
#include <paceline/run.h>
#include <paceline/stats/course.h>
#include <paceline/stats/run_tally.h>
#include <paceline/workload.h>

namespace paceline::run {

/// Decides when to end a run early, because further requests would cost money and yield nothing:
/// when the key is refused, or when more than half of the last hundred requests have failed for
/// some time. The key counts as refused if one response is 401 or all responses are 403; a single
/// 403 may concern only its prompt.
class StopRule {
 public:
  /// `patience`: how long most requests may fail before the run ends. At a high rate a hundred
  /// requests take a fraction of a second.
  explicit StopRule(std::chrono::nanoseconds patience) : patience_(patience) {}

  /// Takes the outcome of a request that ended `now`. Returns why the run is to end, with the code
  /// of that request's error; nothing while the run is to continue.
  std::optional<Error> add(const Outcome& outcome, TimePoint now);

 private:
  /// The number of requests that the rule remembers.
  static constexpr std::size_t window = 100;
  /// After this many responses 403, and no other, the key counts as refused.
  static constexpr std::uint64_t enough_forbidden = 20;
  std::chrono::nanoseconds patience_;
  std::bitset<window> failed_;
  std::size_t next_ = 0;
  std::uint64_t forbidden_ = 0;
  bool is_all_forbidden_ = true;
  /// Since when most of the last requests failed.
  std::optional<TimePoint> failing_since_;
};

/// `rpm` (0: unpaced), `parallel` and `arrivals` are the run's options.
Verdict judge(const stats::RunTally& tally, std::uint64_t rpm, std::uint64_t parallel,
              Arrivals arrivals = constant_arrivals);

/// Whether requests departed at 99% of `rpm`, which is not 0. For random arrivals a deviation that
/// chance explains is allowed too.
bool kept_rate(const Tally& tally, std::uint64_t rpm, Arrivals arrivals);

/// Whether half of the requests departed so late that the schedule was moved.
bool moved_schedule(const Tally& tally);

/// Seconds of latency growth per second. Nothing if the growth is below 1% or explained by chance.
/// A value means that the server falls behind.
std::optional<double> growth_of_latency(const stats::RunTally& tally);

}  // namespace paceline::run
