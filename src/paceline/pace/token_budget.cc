#include <paceline/pace/token_budget.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace paceline::pace {

using std::chrono::nanoseconds;

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
