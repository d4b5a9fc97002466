#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <paceline/run/run_stripe.h>
#include <paceline/run/verdict.h>

namespace paceline::run {

/// The number of requests that a run needs to show whether a rate can be kept: the requests of
/// `at_least`, and at least as many as a p99 needs.
std::uint64_t requests_to_judge(std::uint64_t rpm, std::chrono::nanoseconds at_least);

/// Why a run did not keep its rate; empty: it did. A run keeps its rate when requests depart at 99%
/// of the rate, this program does not delay them, and the server keeps up. The server falls behind
/// when latency grows by more than 1% of the elapsed time, however short the latency still is.
std::string why_not_kept(const stats::RunTally& tally, const RunOptions& options,
                         const Verdict& verdict);

}  // namespace paceline::run
