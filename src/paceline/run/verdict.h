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
  /// It kept its rate and its schedule.
  paced,
  /// `parallel` held requests back; without a rate this is what is to be expected.
  parallel,
  /// The server does no more requests a second, however many are in flight.
  server,
  /// This program was late by its own fault, by enough to be seen in the figures.
  client,
  /// The server refused requests, or the token budget held them back.
  rate_limit,
  /// Too many requests failed for the rest to mean much.
  failing,
};

/// What bounded a run.
struct Verdict {
  Bound bound = Bound::paced;
  /// The facts for people.
  std::string words;
};

/// `rpm` (0: unpaced) and `parallel` are what was asked for.
Verdict judge(const RunTally& tally, std::uint64_t rpm, std::uint64_t parallel,
              Arrivals arrivals = Arrivals::even);

/// Whether requests left at 99% of `rpm`, which is not 0. Random arrivals may also fall short by
/// what chance explains.
bool kept_rate(const Tally& tally, std::uint64_t rpm, Arrivals arrivals);

/// Whether half of the requests left so late that the schedule was moved, not kept.
bool moved_schedule(const Tally& tally);

/// By how much latency grew each second, where it did so for more than 1% of the time and by more
/// than chance explains: the server falls behind.
std::optional<double> growth_of_latency(const RunTally& tally);

/// "paced", "parallel-bound", "server-bound", "client-bound", "rate-limited" or "failing".
std::string_view name_of(Bound bound);

}  // namespace paceline
