#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace paceline {

/// Memory for the bodies of responses, of which few are read at once. The last one given back is
/// the next one taken: it is still in the CPU's caches. Large buffers go back to the system.
class BodyPool {
 public:
  /// Returns an empty body, with the capacity of a spare one if there is any.
  std::string take();
  void give(std::string body);

 private:
  static constexpr std::size_t most_bytes = 16U << 20U;

  std::vector<std::string> bodies_;
  std::size_t bytes_ = 0;
};

}  // namespace paceline
