#include <paceline/run/dispatcher.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include <paceline/http/exchange.h>

namespace paceline {
namespace {

constexpr std::chrono::milliseconds stop_look{50};

std::optional<Pacer> make_pacer(const RunOptions& options) {
  const std::optional<Rate> rate = Rate::per_minute(options.rpm);
  if (!rate) return std::nullopt;
  return Pacer(make_schedule(options.arrivals, *rate, options.seed), {}, options.stripe);
}

}  // namespace

Dispatcher::Dispatcher(Loop& loop, Workload& workload, const RunOptions& options,
                       const RunHooks& hooks)
    : loop_(loop),
      workload_(workload),
      options_(options),
      hooks_(hooks),
      pacer_(make_pacer(options)),
      client_(
          loop,
          {.parallel = options.stripe.share_of(options.parallel), .connection = options.connection},
          [this](Exchange& exchange) { count_reply(exchange); }),
      wait_(loop, options.precision, [this] { pump(); }),
      stop_watch_(loop, [this] { watch_stop(); }),
      slots_(options.stripe.share_of(options.parallel)),
      planned_warmup_(options.stripe.share_of(options.warmup)) {
  tally_.planned = options.stripe.share_of(options.warmup + options.requests) - planned_warmup_;
}

Tally Dispatcher::run() {
  if (hooks_.stop != nullptr) stop_watch_.start(stop_look);
  start_ = options_.start.value_or(Clock::now());
  pump();
  if (client_.in_flight() > 0 || !(all_sent() || stop_asked())) loop_.run();
  if (counted_in_flight_ > 0) {
    tally_.count_failure(Failure::other, counted_in_flight_, "cut off when the run was stopped");
  }
  tally_.not_sent = tally_.planned - tally_.sent;
  tally_.cut_short = stopped_.has_value();
  assert(tally_.adds_up());
  return std::move(tally_);
}

void Dispatcher::pump() {
  if (pumping_) return;
  pumping_ = true;
  while (!stop_asked() && !all_sent() && send_next()) {
  }
  pumping_ = false;
}

bool Dispatcher::send_next() {
  const TimePoint now = Clock::now();
  Slot slot{options_.stripe.slot(taken_), since_start(now)};
  if (pacer_) {
    const TimePoint departure = start_ + pacer_->next_departure();
    if (departure > now) {
      wait_.until(departure);
      return false;
    }
  }
  Exchange* exchange = client_.acquire();
  // At the cap: the next reply pumps again.
  if (exchange == nullptr) return false;
  if (pacer_) slot = pacer_->depart(since_start(now));
  const bool counted = taken_ >= planned_warmup_;
  if (taken_ == planned_warmup_ && hooks_.on_first_counted) hooks_.on_first_counted();
  ++taken_;
  workload_.make(slot.index, exchange->request);
  slots_[exchange->number()] = slot;
  if (counted) {
    ++tally_.sent;
    ++counted_in_flight_;
    tally_.in_flight = std::max<std::uint64_t>(tally_.in_flight, client_.in_flight());
  }
  client_.send(*exchange);
  return true;
}

void Dispatcher::count_reply(Exchange& exchange) {
  const Slot slot = slots_[exchange.number()];
  const Outcome outcome = workload_.read(exchange.reply);
  if (slot.index >= options_.warmup) {
    --counted_in_flight_;
    const Nanoseconds sent = since_start(exchange.reply.sent);
    const Nanoseconds done = since_start(exchange.reply.done);
    const Nanoseconds due = pacer_ ? slot.due : sent;
    if (tally_.http_version.empty()) tally_.http_version = exchange.reply.http_version;
    tally_.late.record(sent - due);
    tally_.first_send = std::min(tally_.first_send, sent);
    tally_.last_send = std::max(tally_.last_send, sent);
    tally_.last_done = std::max(tally_.last_done, done);
    if (outcome.failure) {
      tally_.count_failure(*outcome.failure, 1, outcome.why);
    } else {
      ++tally_.succeeded;
      tally_.latency.record(done - sent);
      tally_.due_latency.record(done - due);
    }
    if (outcome.usage) {
      ++tally_.replies_with_usage;
      tally_.tokens_in += outcome.usage->prompt_tokens;
      tally_.tokens_out += outcome.usage->completion_tokens;
    }
  }
  client_.release(exchange);
  pump();
  finish_if_done();
}

void Dispatcher::finish_if_done() {
  if ((all_sent() || stopped_) && client_.in_flight() == 0) loop_.stop();
}

bool Dispatcher::stop_asked() {
  if (!stopped_ && hooks_.stop != nullptr && hooks_.stop->load(std::memory_order_relaxed)) {
    stopped_ = Clock::now();
  }
  return stopped_.has_value();
}

void Dispatcher::watch_stop() {
  if (stop_asked() && (client_.in_flight() == 0 || Clock::now() - *stopped_ > options_.grace)) {
    loop_.stop();
    return;
  }
  stop_watch_.start(stop_look);
}

}  // namespace paceline
