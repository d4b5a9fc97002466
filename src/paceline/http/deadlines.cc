#include <paceline/http/deadlines.h>

#include <utility>

namespace paceline {

Deadlines::Deadlines(Loop& loop, std::size_t exchanges, std::chrono::milliseconds timeout,
                     std::function<void(Exchange&)> on_late)
    : timeout_(timeout),
      on_late_(std::move(on_late)),
      others_(exchanges),
      timer_(loop, [this] { look(); }) {
  for (auto place = others_.begin(); place != others_.end(); ++place) places_.push_back(place);
}

void Deadlines::begin(Exchange& exchange) {
  if (sent_.empty()) timer_.start(timeout_);
  const Queue::iterator place = places_[exchange.number()];
  *place = &exchange;
  sent_.splice(sent_.end(), others_, place);
}

void Deadlines::end(const Exchange& exchange) {
  others_.splice(others_.end(), sent_, places_[exchange.number()]);
}

void Deadlines::look() {
  const TimePoint now = Clock::now();
  while (!sent_.empty() && now - sent_.front()->reply.sent >= timeout_) {
    Exchange& late = *sent_.front();
    end(late);
    on_late_(late);
  }
  if (sent_.empty()) return;
  timer_.start(
      std::chrono::ceil<std::chrono::milliseconds>(sent_.front()->reply.sent + timeout_ - now));
}

}  // namespace paceline
