#include <paceline/stats/course.h>
#include <paceline/stats/seconds.h>

#include <algorithm>

namespace paceline::stats {

bool Thirds::grew_steadily() const {
  return second > first && last - second >= 0.5 * (second - first) && last >= 2 * first;
}

void Course::record(std::chrono::nanoseconds time, std::chrono::nanoseconds latency) {
  time = std::max(time, std::chrono::nanoseconds(0));
  while (time >= width_ * static_cast<std::int64_t>(segments_.size())) widen();
  Segment& segment = segments_[static_cast<std::size_t>(time / width_)];
  ++segment.count;
  segment.latency += seconds_of(latency);
}

void Course::widen() {
  const std::size_t half = segments_.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    const Segment& even = segments_[2 * i];
    const Segment& odd = segments_[2 * i + 1];
    segments_[i] = {even.count + odd.count, even.latency + odd.latency};
  }
  std::fill(segments_.begin() + static_cast<std::ptrdiff_t>(half), segments_.end(), Segment{});
  width_ *= 2;
}

void Course::merge(const Course& other) {
  Course wide = other;
  while (wide.width_ < width_) wide.widen();
  while (width_ < wide.width_) widen();
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    segments_[i].count += wide.segments_[i].count;
    segments_[i].latency += wide.segments_[i].latency;
  }
}

std::optional<Thirds> Course::thirds() const {
  constexpr std::uint64_t fewest = 5;
  const auto is_used = [](const Segment& segment) { return segment.count > 0; };
  const auto begin = std::find_if(segments_.begin(), segments_.end(), is_used);
  const auto end = std::find_if(segments_.rbegin(), segments_.rend(), is_used).base();
  const std::ptrdiff_t length = end - begin;
  constexpr std::ptrdiff_t fewest_segments = 3;
  if (begin == segments_.end() || length < fewest_segments) return std::nullopt;
  std::array<Segment, 3> sums{};
  for (auto segment = begin; segment != end; ++segment) {
    Segment& sum = sums[static_cast<std::size_t>(3 * (segment - begin) / length)];
    sum.count += segment->count;
    sum.latency += segment->latency;
  }
  Thirds thirds;
  thirds.duration = seconds_of(width_) * static_cast<double>(length) / 3;
  const std::array<double*, 3> means{&thirds.first, &thirds.second, &thirds.last};
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (sums[i].count < fewest) return std::nullopt;
    *means[i] = sums[i].latency / static_cast<double>(sums[i].count);
  }
  return thirds;
}

}  // namespace paceline::stats
