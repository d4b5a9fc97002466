#include <endpoint/connections.h>
#include <endpoint/held_requests.h>

#include <utility>

namespace paceline::endpoint {

HeldRequests::HeldRequests(loop::Loop& loop, Connections& connections,
                           const std::atomic<bool>& stopping)
    : loop_(loop), connections_(connections), stopping_(stopping) {}

Result<void> HeldRequests::open() {
  auto timer = loop::PreciseTimer::make(loop_, [this] { send_due(); });
  if (!timer) return tl::unexpected(std::move(timer.error()));
  timer_ = std::move(*timer);
  return {};
}

void HeldRequests::hold(Request& request) {
  request.held_place = queue_.emplace(request.due, &request);
  MHD_suspend_connection(request.connection);
}

void HeldRequests::set_due(Request& request, TimePoint due) {
  request.due = due;
  if (!request.held_place) return;
  queue_.erase(*request.held_place);
  request.held_place = queue_.emplace(due, &request);
}

bool HeldRequests::abandon(Request& request) {
  if (!request.held_place) return false;
  request.has_gone = true;
  const auto now = Clock::now();
  set_due(request, now);
  timer_->set(now);
  return true;
}

bool HeldRequests::is_any_due() const {
  return !queue_.empty() && queue_.begin()->first <= Clock::now();
}

void HeldRequests::send_due() {
  while (is_any_due() && !stopping_.load(std::memory_order_relaxed)) {
    const auto now = Clock::now();
    while (!queue_.empty() && queue_.begin()->first <= now) resume_first();
    connections_.run_resumed();
  }
  if (!queue_.empty() && queue_.begin()->first != TimePoint::max()) {
    timer_->set(queue_.begin()->first);
  }
}

void HeldRequests::resume_first() {
  Request& request = *queue_.begin()->second;
  queue_.erase(queue_.begin());
  request.held_place.reset();
  connections_.resume(request);
}

void HeldRequests::resume_all() {
  while (!queue_.empty()) resume_first();
}

}  // namespace paceline::endpoint
