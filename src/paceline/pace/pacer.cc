#include <paceline/pace/pacer.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

namespace paceline::pace {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// Limits the memory at rates of millions per minute. A bound that holds for a shorter window also
/// holds for a longer one.
constexpr double most_gaps = 1U << 16U;

}  // namespace

std::vector<PacerBound> usual_bounds(std::uint64_t stripes) {
  const double share_of_gap = stripes == 1 ? 0.5 : 0.84;
  // Times `share`, the windows are 10.4 ms and slightly more than a second: a slot may depart
  // slightly after its time.
  return {{.share = share_of_gap},
          {.share = 0.79, .span = 13'200us},
          {.share = 0.99, .span = 1'010'400us}};
}

Pacer::Pacer(std::unique_ptr<Schedule> schedule, const std::vector<PacerBound>& bounds,
             Stripe stripe, nanoseconds limit)
    : schedule_(std::move(schedule)), stripe_count_(stripe.count), limit_(limit) {
  next_.index = stripe.index;
  next_.due = schedule_->due(stripe.index);
  earliest_ = next_.due;
  sized_for_ns_ = gap_ns();
  windows_.reserve(bounds.size());
  for (const PacerBound& bound : bounds) {
    // The first slots follow no departure that could delay them.
    windows_.push_back(
        {bound, std::vector<double>(gaps_in(bound.span), std::numeric_limits<double>::lowest()),
         0});
  }
}

Slot Pacer::depart(nanoseconds now) {
  assert(now >= earliest_ && "a slot was taken before it may depart");
  const Slot taken = next_;
  next_.index += stripe_count_;
  next_.due = schedule_->due(next_.index);
  moved_ = std::max(moved_, shift_of(now - taken.due));
  const auto now_ns = static_cast<double>(now.count());
  const auto taken_due_ns = static_cast<double>(taken.due.count());
  for (Window& window : windows_) {
    window.shifts_ns[window.oldest] = now_ns - window.bound.share * taken_due_ns;
    if (++window.oldest == window.shifts_ns.size()) window.oldest = 0;
  }
  // A ramp changes the gap a little with each slot.
  constexpr double tolerable = 0.8;
  const double gap = gap_ns();
  if (gap <= tolerable * sized_for_ns_ || tolerable * gap >= sized_for_ns_) size_windows();
  find_earliest();
  return taken;
}

void Pacer::reschedule() {
  next_.due = schedule_->due(next_.index);
  size_windows();
  find_earliest();
}

void Pacer::size_windows() {
  sized_for_ns_ = gap_ns();
  for (Window& window : windows_) window.resize(gaps_in(window.bound.span));
}

void Pacer::find_earliest() {
  const auto due_ns = static_cast<double>(next_.due.count());
  double earliest_ns = static_cast<double>((next_.due + moved_).count());
  for (const Window& window : windows_) {
    earliest_ns =
        std::max(earliest_ns, window.shifts_ns[window.oldest] + window.bound.share * due_ns);
  }
  earliest_ = nanoseconds(std::llround(std::ceil(earliest_ns)));
}

std::size_t Pacer::gaps_in(nanoseconds span) const {
  return static_cast<std::size_t>(
      std::clamp(std::floor(static_cast<double>(span.count()) / gap_ns()), 1.0, most_gaps));
}

nanoseconds Pacer::shift_of(nanoseconds delay) const {
  const nanoseconds shift = delay - limit_;
  if (stripe_count_ == 1 || shift <= moved_) return shift;
  const double rounds = std::floor(static_cast<double>(shift.count()) / gap_ns());
  return nanoseconds(std::llround(rounds * gap_ns()));
}

void Pacer::Window::resize(std::size_t gaps) {
  std::rotate(shifts_ns.begin(), shifts_ns.begin() + static_cast<std::ptrdiff_t>(oldest),
              shifts_ns.end());
  oldest = 0;
  if (gaps < shifts_ns.size()) {
    shifts_ns.erase(shifts_ns.begin(), shifts_ns.end() - static_cast<std::ptrdiff_t>(gaps));
  } else {
    shifts_ns.insert(shifts_ns.begin(), gaps - shifts_ns.size(), shifts_ns.front());
  }
}

TokenBudget::TokenBudget(std::uint64_t tokens_per_minute, nanoseconds tolerance)
    : ns_per_token_(60e9 / static_cast<double>(tokens_per_minute)),
      tolerance_ns_(static_cast<double>(tolerance.count())) {
  assert(tokens_per_minute > 0);
}

nanoseconds TokenBudget::next_departure() const {
  return nanoseconds(std::llround(std::ceil(std::max(0.0, earned_at_ns_ - tolerance_ns_))));
}

nanoseconds TokenBudget::earned_at() const {
  return nanoseconds(std::llround(std::ceil(earned_at_ns_)));
}

void TokenBudget::reserve(nanoseconds now, std::uint64_t estimate) {
  earned_at_ns_ = std::max(earned_at_ns_, static_cast<double>(now.count())) +
                  static_cast<double>(estimate) * ns_per_token_;
}

void TokenBudget::settle(std::uint64_t estimate, std::uint64_t used) {
  earned_at_ns_ += (static_cast<double>(used) - static_cast<double>(estimate)) * ns_per_token_;
}

}  // namespace paceline::pace
