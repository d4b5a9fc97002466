#include <paceline/per_second.h>

#include <algorithm>
#include <cstddef>

namespace paceline {

void PerSecond::add(std::chrono::nanoseconds time, std::uint64_t count) {
  if (time >= longest) return;
  const auto second = std::max<std::int64_t>(time / std::chrono::seconds(1), 0);
  const auto place = static_cast<std::size_t>(second);
  if (place >= counts_.size()) counts_.resize(place + 1);
  counts_[place] += count;
}

void PerSecond::merge(const PerSecond& other) {
  if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size());
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
}

std::uint64_t PerSecond::highest() const {
  const auto highest = std::max_element(counts_.begin(), counts_.end());
  return highest == counts_.end() ? 0 : *highest;
}

}  // namespace paceline
