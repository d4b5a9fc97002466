#pragma once

#include <cstdint>
#include <optional>

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

}  // namespace paceline::run
