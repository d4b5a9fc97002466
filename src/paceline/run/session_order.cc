#include <paceline/run/session_order.h>

#include <algorithm>
#include <iterator>

namespace paceline::run {

SessionOrder::SessionOrder(Sessions& sessions, const RunPlan& plan)
    : sessions_(sessions), plan_(plan), end_(plan.warmup + plan.requests) {
  const std::uint64_t last = plan.items.empty() ? plan.requests - 1 : plan.items.back();
  if (plan.warmup > 0) {
    first_of_warmup_ = sessions_.first_item(sessions_.session_of(last) + 1);
  }
  for (std::uint64_t at = 0; at < end_; ++all_sessions_) {
    const std::uint64_t next = session_after(at);
    if (all_sessions_ % plan.stripe.count == plan.stripe.index) {
      planned_ += next - at;
      if (is_counted(at)) counted_ += next - at;
    }
    at = next;
  }
  skip(plan.stripe.index);
}

std::optional<std::uint64_t> SessionOrder::begin() {
  if (next_ == end_) return std::nullopt;
  const std::uint64_t begun = next_;
  skip(plan_.stripe.count);
  return begun;
}

std::optional<std::uint64_t> SessionOrder::after(std::uint64_t position) const {
  const std::uint64_t next = position + 1;
  if (next == end_ || next == plan_.warmup) return std::nullopt;
  if (sessions_.session_of(item_at(next)) != sessions_.session_of(item_at(position))) {
    return std::nullopt;
  }
  return next;
}

std::uint64_t SessionOrder::item_at(std::uint64_t position) const {
  if (position < plan_.warmup) return first_of_warmup_ + position;
  const std::uint64_t counted = position - plan_.warmup;
  return plan_.items.empty() ? counted : plan_.items[counted];
}

std::uint64_t SessionOrder::turn_at(std::uint64_t position) const {
  const std::uint64_t item = item_at(position);
  return item - sessions_.first_item(sessions_.session_of(item));
}

std::uint64_t SessionOrder::session_after(std::uint64_t position) const {
  const std::uint64_t item = item_at(position);
  const std::uint64_t first = sessions_.first_item(sessions_.session_of(item) + 1);
  if (position < plan_.warmup) return std::min(position + (first - item), plan_.warmup);
  if (plan_.items.empty()) return std::min(position + (first - item), end_);
  const auto from = plan_.items.begin() + static_cast<std::ptrdiff_t>(position - plan_.warmup);
  const auto next = std::lower_bound(from, plan_.items.end(), first);
  return position + static_cast<std::uint64_t>(next - from);
}

void SessionOrder::skip(std::uint64_t sessions) {
  for (; sessions > 0 && next_ < end_; --sessions) next_ = session_after(next_);
}

}  // namespace paceline::run
