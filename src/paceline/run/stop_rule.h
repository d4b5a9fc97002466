#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <string>

#include <paceline/workload/outcome.h>

namespace paceline {

/// Says when a run is to end early, because going on costs money and tells nothing: the key is
/// refused, nobody listens any more, or most requests fail.
class StopRule {
 public:
  /// Takes what a request came to. A sentence when the run is to end.
  std::optional<std::string> add(const Outcome& outcome, long status);

 private:
  /// The last requests that ended: those of them that failed.
  static constexpr std::size_t window = 100;
  std::bitset<window> failed_;
  std::size_t next_ = 0;
  std::size_t unconnected_in_a_row_ = 0;
};

}  // namespace paceline
