#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/run.h>
#include <paceline/stats/course.h>
#include <paceline/stats/run_tally.h>

namespace paceline::run {

/// `rpm` (0: unpaced), `parallel` and `arrivals` are the run's options.
Verdict judge(const stats::RunTally& tally, std::uint64_t rpm, std::uint64_t parallel,
              Arrivals arrivals = Arrivals::even);

/// Whether requests departed at 99% of `rpm`, which is not 0. For random arrivals a deviation that
/// chance explains is allowed too.
bool kept_rate(const Tally& tally, std::uint64_t rpm, Arrivals arrivals);

/// Whether half of the requests departed so late that the schedule was moved.
bool moved_schedule(const Tally& tally);

/// Seconds of latency growth per second. Nothing where the growth is below 1% or explained by
/// chance. A value means that the server falls behind.
std::optional<double> growth_of_latency(const stats::RunTally& tally);

}  // namespace paceline::run
