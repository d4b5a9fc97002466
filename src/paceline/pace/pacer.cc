#include <paceline/pace/pacer.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace paceline {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

std::vector<PacerBound> usual_bounds() {
  return {{.gap_share = 0.5},
          {.gap_share = 0.9, .gaps = 2.5},
          {.gap_share = 0.998, .time = 8ms},
          {.gap_share = 1, .time = 60ms}};
}

Pacer::Pacer(std::unique_ptr<Schedule> schedule, const std::vector<PacerBound>& bounds,
             Stripe stripe)
    : schedule_(std::move(schedule)), stripe_count_(stripe.count) {
  next_.index = stripe.index;
  next_.due = schedule_->due(stripe.index);
  earliest_ = next_.due;
  bounds_.reserve(bounds.size());
  for (const PacerBound& bound : bounds) {
    // A gap of the stripe is as long as `count` of the schedule.
    bounds_.push_back({bound.gap_share, bound.gaps / static_cast<double>(stripe.count),
                       static_cast<double>(bound.time.count()),
                       static_cast<double>(next_.due.count())});
  }
}

Slot Pacer::depart(nanoseconds now) {
  assert(now >= earliest_ && "a slot was taken before it may depart");
  const Slot taken = next_;
  next_.index += stripe_count_;
  next_.due = schedule_->due(next_.index);
  const auto now_ns = static_cast<double>(now.count());
  const auto gap_ns = static_cast<double>((next_.due - taken.due).count());
  auto earliest_ns = static_cast<double>(next_.due.count());
  for (Gcra& bound : bounds_) {
    bound.expected_ns = std::max(bound.expected_ns, now_ns) + bound.gap_share * gap_ns;
    earliest_ns = std::max(earliest_ns,
                           bound.expected_ns - bound.tolerance_gaps * gap_ns - bound.tolerance_ns);
  }
  earliest_ = nanoseconds(std::llround(std::ceil(earliest_ns)));
  return taken;
}

}  // namespace paceline
