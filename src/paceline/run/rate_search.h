#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <paceline/run/run_stripe.h>
#include <paceline/run/verdict.h>

namespace paceline::run {

/// Searches for the highest rate that meets an objective. Doubles the rate until one misses the
/// objective, or halves the rate until one meets it, then bisects geometrically until the two rates
/// are within 2% or adjacent.
class RateSearch {
 public:
  /// Rates are in requests per minute, at least 1. Only rates from `lowest` to `highest` are tried.
  RateSearch(std::uint64_t start, std::uint64_t lowest, std::uint64_t highest);

  /// The rate to try next; nothing when the search is over.
  std::optional<std::uint64_t> next() const;
  /// Records whether the rate of next() met the objective.
  void add(bool is_met);

  /// The highest rate that met the objective; 0 while none did.
  std::uint64_t best() const { return met_; }
  /// The lowest rate above best() that missed the objective.
  std::optional<std::uint64_t> lowest_missed() const { return missed_; }

 private:
  std::uint64_t start_;
  std::uint64_t lowest_;
  std::uint64_t highest_;
  std::uint64_t met_ = 0;
  std::optional<std::uint64_t> missed_;
};

/// The number of requests that a run needs to show whether a rate can be kept: the requests of
/// `at_least`, and at least as many as a p99 needs.
std::uint64_t requests_to_judge(std::uint64_t rpm, std::chrono::nanoseconds at_least);

/// Why a run did not keep its rate; empty: it did. A run keeps its rate when requests depart at 99%
/// of the rate, this program does not delay them, and the server keeps up. The server falls behind
/// when latency grows by more than 1% of the elapsed time, however short the latency still is.
std::string why_not_kept(const stats::RunTally& tally, const RunOptions& options,
                         const Verdict& verdict);

}  // namespace paceline::run
