#include <paceline/pace/pacer.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace paceline {

using std::chrono::nanoseconds;

Pacer::Pacer(std::unique_ptr<Schedule> schedule, PacerLimits limits, Stripe stripe)
    : schedule_(std::move(schedule)), limits_(limits), stripe_count_(stripe.count) {
  next_.index = stripe.index;
  next_.due = schedule_->due(stripe.index);
  earliest_ = next_.due;
}

Slot Pacer::depart(nanoseconds now) {
  assert(now >= earliest_ && "a slot was taken before it may depart");
  const Slot taken = next_;
  moved_ = std::max(moved_, now - limits_.tolerance - taken.due);
  next_.index += stripe_count_;
  next_.due = schedule_->due(next_.index);
  const double gap_ns = static_cast<double>((next_.due - taken.due).count());
  const nanoseconds least_gap(std::llround(std::ceil(gap_ns * limits_.min_gap_share)));
  earliest_ = std::max(next_.due + moved_, now + least_gap);
  return taken;
}

}  // namespace paceline
