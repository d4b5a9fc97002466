#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/pace/schedule.h>
#include <paceline/stats/course.h>
#include <paceline/stats/run_tally.h>

namespace paceline {

/// What bounded a run.
enum class Bound {
  /// The run kept its rate and its schedule.
  paced,
  /// `parallel` held requests back. Expected for a run without a rate.
  parallel,
  /// The server answers no more requests per second, however many are in flight.
  server,
  /// This program delayed requests by enough to distort the figures.
  client,
  /// The server refused requests, or the token budget held them back.
  rate_limit,
  /// So many requests failed that the others tell little.
  failing,
};

/// What bounded a run.
struct Verdict {
  Bound bound = Bound::paced;
  /// The facts for people.
  std::string words;
};

/// `rpm` (0: unpaced), `parallel` and `arrivals` are the run's options.
Verdict judge(const RunTally& tally, std::uint64_t rpm, std::uint64_t parallel,
              Arrivals arrivals = Arrivals::even);

/// Whether requests departed at 99% of `rpm`, which is not 0. For random arrivals a deviation that
/// chance explains is allowed too.
bool kept_rate(const Tally& tally, std::uint64_t rpm, Arrivals arrivals);

/// Whether half of the requests departed so late that the schedule was moved.
bool moved_schedule(const Tally& tally);

/// Seconds of latency growth per second. Nothing where the growth is below 1% or explained by
/// chance. A value means that the server falls behind.
std::optional<double> growth_of_latency(const RunTally& tally);

/// "paced", "parallel-bound", "server-bound", "client-bound", "rate-limited" or "failing".
std::string_view name_of(Bound bound);

}  // namespace paceline
