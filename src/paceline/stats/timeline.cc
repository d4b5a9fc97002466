#include <paceline/stats/timeline.h>

#include <algorithm>
#include <utility>

namespace paceline::stats {

using std::chrono::nanoseconds;

void Timeline::Slice::merge(const Slice& other) {
  due += other.due;
  sent += other.sent;
  ended += other.ended;
  failed += other.failed;
  change += other.change;
  time += other.time;
  latency.merge(other.latency);
}

void Timeline::depart(nanoseconds now, std::optional<nanoseconds> due) {
  if (due) ++at(*due).due;
  Slice& slice = at(now);
  ++slice.sent;
  change_flight(slice, now, 1);
}

void Timeline::land(nanoseconds now) {
  change_flight(at(now), now, -1);
}

void Timeline::end(nanoseconds now, bool has_failed, std::optional<nanoseconds> latency) {
  Slice& slice = at(now);
  ++slice.ended;
  if (has_failed) ++slice.failed;
  if (latency) slice.latency.record(*latency);
}

void Timeline::change_flight(Slice& slice, nanoseconds now, std::int64_t change) {
  now = std::max(now, nanoseconds(0));
  slice.change += change;
  slice.time += change * (width_ - now % width_).count();
  last_ = std::max(last_, now);
}

Timeline::Slice& Timeline::at(nanoseconds time) {
  auto place = static_cast<std::size_t>(std::max(time, nanoseconds(0)) / width_);
  for (; place >= most_slices; place /= 2) widen();
  if (place >= slices_.size()) slices_.resize(place + 1);
  return slices_[place];
}

void Timeline::widen() {
  const std::size_t pairs = (slices_.size() + 1) / 2;
  slices_.resize(2 * pairs);
  for (std::size_t i = 0; i < pairs; ++i) {
    Slice pair = std::move(slices_[2 * i]);
    // What changed in the first slice lasts through the second.
    pair.time += pair.change * width_.count();
    pair.merge(slices_[2 * i + 1]);
    slices_[i] = std::move(pair);
  }
  slices_.resize(pairs);
  width_ *= 2;
}

void Timeline::merge(const Timeline& other) {
  Timeline wide = other;
  while (wide.width_ < width_) wide.widen();
  while (width_ < wide.width_) widen();
  if (wide.slices_.size() > slices_.size()) slices_.resize(wide.slices_.size());
  for (std::size_t i = 0; i < wide.slices_.size(); ++i) slices_[i].merge(wide.slices_[i]);
  last_ = std::max(last_, wide.last_);
}

std::vector<nanoseconds> Timeline::times_in_flight() const {
  std::vector<nanoseconds> times;
  times.reserve(slices_.size());
  std::int64_t in_flight = 0;
  for (const Slice& slice : slices_) {
    times.emplace_back(in_flight * width_.count() + slice.time);
    in_flight += slice.change;
  }
  return times;
}

}  // namespace paceline::stats
