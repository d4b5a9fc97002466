#include <paceline/pace/rate_changes.h>

#include <algorithm>
#include <utility>

namespace paceline::pace {
namespace {

using std::chrono::nanoseconds;

}  // namespace

RateChanges::RateChanges(std::uint64_t rpm, std::size_t stripes)
    : rpm_(static_cast<double>(rpm)), asked_(unchanged), segments_(1), delays_(stripes) {}

bool RateChanges::ask(int tenths) {
  const std::lock_guard lock(mutex_);
  const int before = asked_.load(std::memory_order_relaxed);
  const int wanted = std::clamp(before + tenths, slowest, fastest);
  asked_.store(wanted, std::memory_order_relaxed);
  return wanted != before;
}

void RateChanges::make(nanoseconds now) {
  const std::lock_guard lock(mutex_);
  const int wanted = asked_.load(std::memory_order_relaxed);
  const Segment& last = segments_.back();
  if (wanted == last.tenths) return;
  const nanoseconds delay = *std::min_element(delays_.begin(), delays_.end());
  const nanoseconds begin = std::max(last.begin, now - delay + notice);
  segments_.push_back({begin, scheduled_at(segments_, begin), wanted});
  count_.store(segments_.size() - 1, std::memory_order_release);
}

void RateChanges::delayed(std::size_t stripe, nanoseconds delay) {
  const std::lock_guard lock(mutex_);
  delays_[stripe] = delay;
}

std::vector<RateChange> RateChanges::before(nanoseconds time) const {
  std::vector<RateChange> changes;
  const std::vector<Segment> all = segments();
  for (std::size_t i = 1; i < all.size() && all[i].begin < time; ++i) {
    changes.push_back({all[i].begin, rpm_of(all[i].tenths)});
  }
  return changes;
}

double RateChanges::mean_rpm(nanoseconds first, nanoseconds last) const {
  const std::vector<Segment> all = segments();
  if (last <= first) return rpm_of(all.back().tenths);
  const nanoseconds scheduled = scheduled_at(all, last) - scheduled_at(all, first);
  return rpm_ * static_cast<double>(scheduled.count()) /
         static_cast<double>((last - first).count());
}

nanoseconds RateChanges::scheduled_at(const std::vector<Segment>& segments, nanoseconds time) {
  auto segment = segments.rbegin();
  while (segment->begin > time && segment + 1 != segments.rend()) ++segment;
  return segment->scheduled + (time - segment->begin) * segment->tenths / unchanged;
}

nanoseconds RateChanges::time_of(const std::vector<Segment>& segments, nanoseconds scheduled) {
  auto segment = segments.rbegin();
  while (segment->scheduled >= scheduled && segment + 1 != segments.rend()) ++segment;
  const nanoseconds stretched = (scheduled - segment->scheduled) * unchanged;
  return segment->begin + (stretched + nanoseconds(segment->tenths - 1)) / segment->tenths;
}

std::vector<RateChanges::Segment> RateChanges::segments() const {
  const std::lock_guard lock(mutex_);
  return segments_;
}

ChangedSchedule::ChangedSchedule(std::unique_ptr<Schedule> schedule,
                                 std::shared_ptr<const RateChanges> changes)
    : schedule_(std::move(schedule)), changes_(std::move(changes)), segments_(1) {}

nanoseconds ChangedSchedule::due(std::uint64_t slot) {
  const std::size_t count = changes_->count();
  if (count != known_) {
    segments_ = changes_->segments();
    known_ = count;
  }
  return RateChanges::time_of(segments_, schedule_->due(slot));
}

double ChangedSchedule::interval_ns() const {
  return schedule_->interval_ns() * RateChanges::unchanged / segments_.back().tenths;
}

}  // namespace paceline::pace
