#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace paceline::stats {
/// Lists the members of a class for its form in bytes.
template <typename Value>
struct Members;
}  // namespace paceline::stats

namespace paceline {

/// Counts by second. Times are from the start of a run, so the seconds of all threads of a run are
/// the same, and the counts of threads add up second by second. The memory is at most 16 bytes per
/// second, however much is counted. Not thread-safe.
class PerSecond {
 public:
  /// Later times are not counted, so that the memory has a limit of 4 MB.
  static constexpr std::chrono::hours longest{72};

  /// Adds to the count of the second of `time`. A negative time counts as 0.
  void add(std::chrono::nanoseconds time, std::uint64_t count = 1);
  /// Adds the counts of another thread of the same run.
  void merge(const PerSecond& other);
  /// The highest count of a second; 0 when empty.
  std::uint64_t highest() const;

 private:
  friend struct stats::Members<PerSecond>;

  std::vector<std::uint64_t> counts_;
};

}  // namespace paceline
