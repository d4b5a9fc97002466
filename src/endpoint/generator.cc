#include <endpoint/connections.h>
#include <endpoint/generator.h>

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

Generator::Generator(const EndpointOptions& options, HeldRequests& held)
    : held_(held),
      capacity_(options.concurrency, options.queue),
      latency_(latency_model(options)),
      token_time_(token_time_model(options)),
      whole_takes_token_time_(options.token_time.has_value()) {}

void Generator::enter(Request& request) {
  request.due = TimePoint::max();
  capacity_.enter(request, request.capacity_place);
  if (request.capacity_place.is_served()) generate(request, request.arrived);
}

void Generator::leave(Request& request) {
  if (Request* next = capacity_.leave(request.capacity_place)) generate(*next, Clock::now());
}

void Generator::generate(Request& request, TimePoint from) {
  const Generation& generation = request.generation;
  auto due = from + request.first_token_time;
  if (generation.streams) {
    request.stream.start(generation, *request.format, due, token_time_);
  } else if (whole_takes_token_time_) {
    due += token_time_.sum(generation.tokens - 1);
  }
  held_.set_due(request, due);
}

}  // namespace paceline::endpoint
