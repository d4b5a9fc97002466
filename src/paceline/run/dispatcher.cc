#include <paceline/run/dispatcher.h>

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

std::uint64_t counted_here(const RunOptions& options) {
  return options.stripe.share_of(options.warmup + options.requests) -
         options.stripe.share_of(options.warmup);
}

/// What is asked at a position of the schedule. Warm-up asks for what no counted request does.
std::uint64_t slot_at(std::uint64_t position, const RunOptions& options) {
  const bool picks = !options.slots.empty();
  if (position < options.warmup) {
    return position + (picks ? options.slots.back() + 1 : options.requests);
  }
  const std::uint64_t counted = position - options.warmup;
  return picks ? options.slots[counted] : counted;
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
          [this](Exchange& exchange) { read_reply(exchange); },
          [this](Exchange& exchange, std::string_view piece, TimePoint read) {
            return read_piece(exchange, piece, read);
          }),
      wait_(loop, options.precision, [this] { pump(); }),
      stop_watch_(loop, [this] { watch_stop(); }),
      flights_(options.stripe.share_of(options.parallel)),
      planned_(options.stripe.share_of(options.warmup + options.requests)),
      recorder_(options_, counted_here(options)) {}

Tally Dispatcher::run() {
  workload_.begin_run(options_.salt);
  if (hooks_.stop != nullptr) stop_watch_.start(stop_look);
  start_ = options_.start.value_or(Clock::now());
  recorder_.begin(start_);
  pump();
  if (client_.in_flight() > 0 || !(all_sent() || stop_asked())) loop_.run();
  return recorder_.finish(stopped_.has_value());
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
  Flight& flight = flights_[exchange->number()];
  flight.job = take_job(now);
  workload_.make(flight.job.slot, exchange->request);
  if (exchange->request.is_streamed) {
    if (!flight.stream) flight.stream = workload_.make_stream_reader();
    flight.stream->begin(exchange->request);
  }
  if (flight.job.is_counted) recorder_.sent(client_.in_flight());
  client_.send(*exchange);
  return true;
}

Job Dispatcher::take_job(TimePoint now) {
  Job job;
  const std::uint64_t position = options_.stripe.slot(taken_++);
  job.place = pacer_ ? pacer_->depart(now - start_) : Slot{position, now - start_};
  job.slot = slot_at(position, options_);
  job.is_counted = position >= options_.warmup;
  if (job.is_counted && !std::exchange(has_counted_, true) && hooks_.on_first_counted) {
    hooks_.on_first_counted();
  }
  return job;
}

bool Dispatcher::read_piece(Exchange& exchange, std::string_view piece, TimePoint read) {
  return flights_[exchange.number()].stream->take(piece, read);
}

void Dispatcher::read_reply(Exchange& exchange) {
  const Flight& flight = flights_[exchange.number()];
  if (exchange.request.is_streamed) {
    const Outcome outcome = flight.stream->finish(exchange.reply);
    recorder_.ended(flight.job, exchange, outcome, &flight.stream->times());
  } else {
    const Outcome outcome = workload_.read(exchange.request, exchange.reply);
    recorder_.ended(flight.job, exchange, outcome, nullptr);
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
