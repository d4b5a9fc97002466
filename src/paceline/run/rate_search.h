#pragma once

#include <cstdint>
#include <optional>

namespace paceline {

/// Looks for the highest rate that meets an objective: doubles the rate until one does not (or
/// halves it until one does), then tries the geometric middle until the two are within 2%, or next
/// to each other.
class RateSearch {
 public:
  /// Requests per minute, all at least 1; no rate out of `lowest` to `highest` is tried.
  RateSearch(std::uint64_t start, std::uint64_t lowest, std::uint64_t highest);

  /// The rate to try next; nothing when the search is over.
  std::optional<std::uint64_t> next() const;
  /// Whether that rate met the objective.
  void add(bool is_met);

  /// The highest rate that met it; 0 while none did.
  std::uint64_t best() const { return met_; }
  /// The lowest rate that did not, above the best.
  std::optional<std::uint64_t> lowest_missed() const { return missed_; }

 private:
  std::uint64_t start_;
  std::uint64_t lowest_;
  std::uint64_t highest_;
  std::uint64_t met_ = 0;
  std::optional<std::uint64_t> missed_;
};

}  // namespace paceline
