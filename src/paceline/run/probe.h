#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <paceline/run/run.h>
#include <paceline/run/verdict.h>

namespace paceline {

/// How many requests a run needs to show whether a rate can be kept: those of `at_least`, and not
/// fewer than make a p99.
std::uint64_t requests_to_judge(std::uint64_t rpm, std::chrono::nanoseconds at_least);

/// Why the rate asked for was not really kept, over the whole run; empty: it was. A rate is kept
/// when requests leave at 99% of it, not late by this program's fault, and responses keep up: when
/// latency grows by over 1% of the time that passes, the server falls behind, whatever the latency
/// still is.
std::string why_not_kept(const RunTally& tally, const RunOptions& options, const Verdict& verdict);

}  // namespace paceline
