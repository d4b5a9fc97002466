// The parts of the dispatcher that handle responses and tokens.

#include <paceline/run/dispatcher.h>

#include <fmt/format.h>
#include <paceline/stats/run_tally.h>

#include <utility>

#include <paceline/http/rate_limits.h>

namespace paceline::run {
namespace {

/// After this many responses, as many requests are sent. Sending after each response would thrash
/// the caches of both sides; reading more first would keep the server waiting.
constexpr unsigned most_responses_in_a_row = 32;

constexpr std::size_t most_kept_by_stream = 256U << 10U;

}  // namespace

std::optional<std::size_t> Dispatcher::read_piece(http::Exchange& exchange, std::string_view piece,
                                                  TimePoint read) {
  StreamReader& stream = *flights_[exchange.number].stream;
  if (!stream.take(piece, read)) return std::nullopt;
  return stream.held();
}

void Dispatcher::read_response(http::Exchange& exchange) {
  InFlightRequest& flight = flights_[exchange.number];
  flight.is_in_flight = false;
  const bool is_streamed = exchange.request.is_streamed;
  if (exchange.response.error == TransportError::cancelled) {
    // The tokens stay reserved, because a server may count what it has not sent.
    recorder_.cancelled(flight.pending, exchange, is_streamed ? &flight.stream->times() : nullptr);
    if (options_.has_sessions) end_turn(exchange, failed(Failure::other, Error()));
    return release(exchange);
  }
  Outcome outcome = is_streamed ? flight.stream->finish(exchange.response)
                                : workload_.read(exchange.request, exchange.response);
  outcome.length_asked = exchange.request.length_asked;
  if (outcome.failure) {
    outcome.error.status = exchange.response.status;
    outcome.error.message = options_.gate->shown(outcome.error.message);
  }
  if (hooks_.on_response) hooks_.on_response(exchange, outcome);
  if (budget_) settle_tokens(flight, outcome);
  if (!retry(exchange, outcome)) {
    recorder_.ended(flight.pending, exchange, outcome,
                    is_streamed ? &flight.stream->times() : nullptr);
    if (options_.has_sessions) end_turn(exchange, outcome);
  }
  if (auto why = stop_rule_.add(outcome, exchange.response.done)) stop(*std::move(why));
  release(exchange);
}

void Dispatcher::release(http::Exchange& exchange) {
  InFlightRequest& flight = flights_[exchange.number];
  // The buffers of a long response are freed, because later ones may be short.
  if (flight.stream && flight.stream->held() > most_kept_by_stream) flight.stream.reset();
  client_.release(exchange);
  if (++responses_read_ < most_responses_in_a_row) {
    after_turn_.ask();
  } else {
    after_responses();
  }
}

void Dispatcher::after_responses() {
  responses_read_ = 0;
  after_turn_.cancel();
  pump();
  finish_if_done();
}

bool Dispatcher::retry(const http::Exchange& exchange, Outcome& outcome) {
  const PendingRequest& pending = flights_[exchange.number].pending;
  if (stopped_ || pending.tries > options_.retries || !is_worth_retrying(outcome)) {
    return false;
  }
  const auto asked_for = http::retry_after(exchange.response);
  const auto wait = backoff_.wait(pending.tries, asked_for);
  if (!wait) {
    outcome.error.message +=
        fmt::format("; the server asks to wait {:.0f} s, more than the longest wait of {:g} s",
                    stats::seconds_of(*asked_for), stats::seconds_of(options_.max_backoff));
    recorder_.asked_for_too_long(pending);
    return false;
  }
  intake_.retry(pending, Clock::now() + *wait, recorder_.retried(pending, exchange, outcome));
  make_way();
  return true;
}

void Dispatcher::end_turn(http::Exchange& exchange, const Outcome& outcome) {
  const PendingRequest& pending = flights_[exchange.number].pending;
  const bool goes_on = !stopped_ && intake_.follow(pending, exchange.response.done, start_.at);
  workload_.end_turn(pending.item, exchange.request, exchange.response, outcome, !goes_on);
  make_way();
}

void Dispatcher::make_way() {
  if (!prepared_ || !intake_.precedes(prepared_->upcoming, start_.at + next_scheduled())) {
    return;
  }
  NextRequest next = *std::exchange(prepared_, std::nullopt);
  client_.release(*next.exchange);
  intake_.put_back(std::move(next.upcoming));
}

// A prompt counts as one token per four bytes, the usual estimate. A response counts as the most
// tokens that its request allows, or as the mean of the responses so far.
std::uint64_t Dispatcher::estimate_tokens(const Request& request) const {
  constexpr std::size_t bytes_of_a_token = 4;
  const std::uint64_t prompt = request.body.size() / bytes_of_a_token;
  if (request.length_asked) return prompt + request.length_asked->at_most;
  return prompt + (responses_with_usage_ > 0 ? response_tokens_ / responses_with_usage_ : 0);
}

void Dispatcher::settle_tokens(const InFlightRequest& flight, const Outcome& outcome) {
  if (outcome.usage && outcome.usage->completion_tokens) {
    const std::uint64_t tokens = *outcome.usage->completion_tokens;
    ++responses_with_usage_;
    response_tokens_ += tokens;
    budget_->settle(flight.tokens, outcome.usage->prompt_tokens.value_or(0) + tokens);
  } else if (outcome.failure == Failure::http_429 || outcome.failure == Failure::http_4xx ||
             outcome.failure == Failure::connect) {
    // A refused request costs no tokens. The cost of other failures is unknown.
    budget_->settle(flight.tokens, 0);
  }
}

void Dispatcher::settle_unanswered() {
  const TimePoint now = Clock::now();
  for (std::size_t number = 0; number < flights_.size(); ++number) {
    const InFlightRequest& flight = flights_[number];
    if (flight.is_in_flight) recorder_.cut_off(flight.pending, *exchanges_[number], now);
  }
  std::vector<Upcoming> unsent = intake_.remove_waiting();
  if (prepared_) unsent.push_back(std::move(prepared_->upcoming));
  for (const Upcoming& upcoming : unsent) {
    if (upcoming.last) recorder_.abandoned(upcoming.pending, *upcoming.last);
  }
}

void Dispatcher::finish_if_done() {
  if ((all_sent() || stopped_) && in_flight() == 0) loop_.stop();
}

}  // namespace paceline::run
