#include <paceline/run/intake.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace paceline::run {
namespace {

bool waits_longer(const Upcoming& one, const Upcoming& other) {
  return *one.not_before > *other.not_before;
}

}  // namespace

Intake::Intake(const RunPlan& plan, Sessions* sessions)
    : plan_(plan),
      sessions_(sessions),
      planned_(plan.stripe.share_of(plan.warmup + plan.requests)),
      counted_(counted_here(plan)),
      new_users_(plan.stripe.share_of(plan.users)) {
  if (sessions_ == nullptr) return;
  order_.emplace(*sessions_, plan_);
  planned_ = order_->planned();
  counted_ = order_->counted();
}

std::chrono::nanoseconds Intake::user_interval() {
  constexpr std::uint64_t most_sampled = 1'000;
  const std::uint64_t sampled = std::min(plan_.users, most_sampled);
  std::chrono::nanoseconds sum{0};
  for (std::uint64_t session = 0; session < sampled; ++session) {
    sum += sessions_->think_time(sessions_->first_item(session));
  }
  return sum / (sampled * plan_.users);
}

std::optional<Upcoming> Intake::take(TimePoint now, TimePoint slot) {
  if (!waiting_.empty()) {
    const TimePoint next = *waiting_.front().not_before;
    const bool is_next = next <= now || (!waiting_take_slots() && next < slot);
    if (!is_next) {
      if (auto first = begin_next()) return first;
    }
    std::pop_heap(waiting_.begin(), waiting_.end(), waits_longer);
    Upcoming upcoming = std::move(waiting_.back());
    waiting_.pop_back();
    return upcoming;
  }
  return begin_next();
}

std::optional<Upcoming> Intake::begin_next() {
  if (put_back_) return std::exchange(put_back_, std::nullopt);
  if (taken_ == planned_ || (plan_.users > 0 && new_users_ == 0)) return std::nullopt;
  Upcoming upcoming;
  PendingRequest& pending = upcoming.pending;
  if (order_) {
    const auto position = order_->begin();
    if (!position) return std::nullopt;
    pending.position = *position;
    pending.item = order_->item_at(*position);
    pending.turn = order_->turn_at(*position);
  } else {
    pending.position = plan_.stripe.slot(taken_);
    pending.item = item_at(pending.position, plan_);
  }
  pending.is_counted = pending.position >= plan_.warmup;
  if (plan_.users > 0) --new_users_;
  ++taken_;
  return upcoming;
}

void Intake::put_back(Upcoming upcoming) {
  if (upcoming.not_before) return add(std::move(upcoming));
  put_back_ = std::move(upcoming);
}

bool Intake::precedes(const Upcoming& next, TimePoint departure) const {
  if (waiting_.empty() || *waiting_.front().not_before >= departure) return false;
  return next.not_before || !waiting_take_slots();
}

void Intake::retry(const PendingRequest& pending, TimePoint not_before, FailedTry last) {
  add({pending, waiting_take_slots(), not_before, std::move(last)});
}

bool Intake::follow(const PendingRequest& ended, TimePoint done, TimePoint start) {
  if (!order_) return false;
  const auto turn = order_->after(ended.position);
  if (turn) {
    add_turn(*turn, done, start);
  } else if (plan_.users > 0) {
    if (const auto position = order_->begin()) add_turn(*position, done, start);
  }
  return turn.has_value();
}

void Intake::add_turn(std::uint64_t position, TimePoint done, TimePoint start) {
  Upcoming upcoming{.takes_slot = false};
  PendingRequest& pending = upcoming.pending;
  pending.position = position;
  pending.item = order_->item_at(position);
  pending.turn = order_->turn_at(position);
  pending.is_counted = order_->is_counted(position);
  upcoming.not_before = std::max(done + sessions_->think_time(pending.item), start);
  pending.slot = {pending.item, *upcoming.not_before - start};
  ++taken_;
  add(std::move(upcoming));
}

void Intake::add(Upcoming upcoming) {
  waiting_.push_back(std::move(upcoming));
  std::push_heap(waiting_.begin(), waiting_.end(), waits_longer);
}

std::vector<Upcoming> Intake::remove_waiting() {
  return std::exchange(waiting_, {});
}

}  // namespace paceline::run
