#include <paceline/http/deadlines.h>

#include <utility>

namespace paceline {

Deadlines::Deadlines(Loop& loop, std::size_t exchanges, std::chrono::milliseconds timeout,
                     std::function<void(Exchange&)> on_late)
    : timeout_(timeout),
      on_late_(std::move(on_late)),
      states_(exchanges),
      timer_(loop, [this] { look(); }) {}

void Deadlines::begin(Exchange& exchange) {
  State& state = states_[exchange.number()];
  state.is_on_its_way = true;
  if (std::exchange(state.is_queued, true)) return;
  if (places_.empty()) timer_.start(timeout_);
  places_.push({exchange.reply.sent + timeout_, &exchange});
}

void Deadlines::end(const Exchange& exchange) {
  states_[exchange.number()].is_on_its_way = false;
}

void Deadlines::look() {
  const TimePoint now = Clock::now();
  while (!places_.empty() && places_.top().deadline <= now) {
    Exchange& exchange = *places_.top().exchange;
    places_.pop();
    State& state = states_[exchange.number()];
    state.is_queued = false;
    if (!state.is_on_its_way) continue;
    if (exchange.reply.sent + timeout_ > now) {
      begin(exchange);
    } else {
      end(exchange);
      on_late_(exchange);
    }
  }
  if (places_.empty()) return;
  timer_.start(std::chrono::ceil<std::chrono::milliseconds>(places_.top().deadline - now));
}

}  // namespace paceline
