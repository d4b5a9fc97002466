#include <paceline/http/request_timeouts.h>

#include <utility>

namespace paceline::http {

RequestTimeouts::RequestTimeouts(loop::Loop& loop, std::size_t exchanges,
                                 std::chrono::milliseconds timeout,
                                 std::function<void(Exchange&)> on_timeout)
    : timeout_(timeout),
      on_timeout_(std::move(on_timeout)),
      states_(exchanges),
      timer_(loop, [this] { look(); }) {}

void RequestTimeouts::begin(Exchange& exchange) {
  State& state = states_[exchange.number];
  state.is_on_its_way = true;
  if (std::exchange(state.is_queued, true)) return;
  if (entries_.empty()) timer_.start(timeout_);
  entries_.push({exchange.response.sent + timeout_, &exchange});
}

void RequestTimeouts::end(const Exchange& exchange) {
  states_[exchange.number].is_on_its_way = false;
}

void RequestTimeouts::look() {
  const TimePoint now = Clock::now();
  while (!entries_.empty() && entries_.top().deadline <= now) {
    Exchange& exchange = *entries_.top().exchange;
    entries_.pop();
    State& state = states_[exchange.number];
    state.is_queued = false;
    if (!state.is_on_its_way) continue;
    if (exchange.response.sent + timeout_ > now) {
      begin(exchange);
    } else {
      end(exchange);
      on_timeout_(exchange);
    }
  }
  if (entries_.empty()) return;
  timer_.start(std::chrono::ceil<std::chrono::milliseconds>(entries_.top().deadline - now));
}

}  // namespace paceline::http
