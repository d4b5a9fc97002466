#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace paceline {

/// Where each line of a file begins, in four bytes a line however long the file: the upper half of
/// an offset is the number of times that lines have passed a multiple of 4 GiB.
class LineOffsets {
 public:
  /// Offsets come in rising order.
  void add(std::uint64_t offset) {
    while (passes_.size() < offset >> 32U) passes_.push_back(lower_halves_.size());
    lower_halves_.push_back(static_cast<std::uint32_t>(offset));
  }

  std::size_t size() const { return lower_halves_.size(); }

  std::uint64_t operator[](std::size_t line) const {
    assert(line < size());
    const auto later = std::upper_bound(passes_.begin(), passes_.end(), line);
    return static_cast<std::uint64_t>(later - passes_.begin()) << 32U | lower_halves_[line];
  }

  /// Gives back the memory that was kept for more lines.
  void shrink_to_fit() { lower_halves_.shrink_to_fit(); }

 private:
  std::vector<std::uint32_t> lower_halves_;
  /// The first line behind each multiple of 4 GiB.
  std::vector<std::size_t> passes_;
};

}  // namespace paceline
