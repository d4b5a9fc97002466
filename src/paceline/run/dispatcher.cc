#include <paceline/run/dispatcher.h>

#include <fmt/format.h>
#include <paceline/stats/seconds.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include <paceline/http/exchange.h>
#include <paceline/http/limits.h>
#include <paceline/run/stripe_options.h>

namespace paceline {
namespace {

/// Reading some replies, then sending as many requests, keeps the caches warm and a server busy
/// that would sleep after each; reading more of them first only keeps the server waiting.
constexpr unsigned most_replies_in_a_row = 32;

constexpr std::size_t most_kept_by_stream = 256U << 10U;

constexpr std::chrono::milliseconds stop_look{50};
constexpr std::chrono::milliseconds progress_interval{200};

/// Who asks for retries wants a server's restart survived.
constexpr std::chrono::seconds patience{1};
constexpr std::chrono::seconds patience_with_retries{30};

/// CPU that this thread has used.
std::chrono::nanoseconds thread_cpu() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Dispatcher::Dispatcher(Loop& loop, Workload& workload, const RunOptions& options,
                       const RunHooks& hooks)
    : loop_(loop),
      workload_(workload),
      options_(options),
      hooks_(hooks),
      pacer_(make_pacer(options)),
      budget_(make_budget(options)),
      client_(
          loop, client_options(options), [this](Exchange& exchange) { read_reply(exchange); },
          [this](Exchange& exchange, std::string_view piece, TimePoint read) {
            return read_piece(exchange, piece, read);
          }),
      wait_(loop, options.precision, [this] { pump(); }),
      turn_end_(loop, [this] { after_replies(); }),
      stop_watch_(loop, [this] { watch_stop(); }),
      progress_watch_(loop, [this] { tell_progress(); }),
      flights_(options.stripe.share_of(options.parallel)),
      exchanges_(flights_.size()),
      backoff_(options.seed + options.stripe.index, options.max_backoff),
      stop_rule_(options.retries > 0 ? patience_with_retries : patience),
      planned_(options.stripe.share_of(options.warmup + options.requests)),
      recorder_(options_, counted_here(options)) {}

Tally Dispatcher::run() {
  const std::chrono::nanoseconds cpu_before = thread_cpu();
  workload_.begin_run(options_.salt);
  if (hooks_.stop != nullptr) stop_watch_.start(stop_look);
  start_ = options_.start.value_or(Clock::now());
  recorder_.begin(start_);
  if (hooks_.on_progress) progress_watch_.start(progress_interval);
  pump();
  if (in_flight() > 0 || !(all_sent() || stop_asked())) loop_.run();
  settle_unanswered();
  Tally tally = recorder_.finish(stopped_.has_value(), stopped_why_);
  tally.cpu_time = thread_cpu() - cpu_before;
  return tally;
}

void Dispatcher::pump() {
  if (pumping_) return;
  pumping_ = true;
  while (!stop_asked() && send_next()) {
  }
  pumping_ = false;
}

bool Dispatcher::send_next() {
  const TimePoint now = Clock::now();
  if (!prepared_ && !prepare(now)) return false;
  const TimePoint departure = start_ + next_departure();
  if (departure > now) {
    wait_.until(departure, client_.replies_can_wait());
    return false;
  }
  depart(now);
  return true;
}

/// Makes the next request ahead of its time: its tokens are known before it leaves, and making it
/// does not make it late.
bool Dispatcher::prepare(TimePoint now) {
  if (client_.in_flight() == flights_.size()) {
    // The next reply pumps again.
    at_the_cap_ = true;
    return false;
  }
  std::optional<Taken> taken = take_job(now);
  if (!taken) return false;
  Exchange* exchange = client_.acquire();
  Flight& flight = flights_[exchange->number()];
  flight.job = taken->job;
  exchange->request.keeps_response = true;
  workload_.make(flight.job.slot, exchange->request);
  if (options_.log.keeps_replies) exchange->request.keeps_response = true;
  if (exchange->request.is_streamed && !flight.stream) {
    flight.stream = workload_.make_stream_reader();
  }
  if (budget_) flight.tokens = estimate_tokens(exchange->request);
  prepared_ = {exchange, now, std::exchange(at_the_cap_, false), std::move(taken->last)};
  return true;
}

std::optional<Dispatcher::Taken> Dispatcher::take_job(TimePoint now) {
  if (!retries_.empty()) {
    if (retries_.next() <= now) {
      Retry retry = retries_.take();
      return Taken{retry.job, std::move(retry.last)};
    }
    if (taken_ == planned_) wait_.until(retries_.next(), client_.replies_can_wait());
  }
  if (taken_ == planned_) return std::nullopt;
  Job job;
  const std::uint64_t position = options_.stripe.slot(taken_++);
  job.slot = slot_at(position, options_);
  job.is_counted = position >= options_.warmup;
  return Taken{job, {}};
}

Dispatcher::Nanoseconds Dispatcher::next_departure() const {
  return std::max(pacer_ ? pacer_->next_departure() : Nanoseconds(0),
                  budget_ ? budget_->next_departure() : Nanoseconds(0));
}

void Dispatcher::depart(TimePoint now) {
  Exchange* const exchange = prepared_->exchange;
  const TimePoint since = prepared_->since;
  const bool waited_for_parallel = prepared_->waited_for_parallel;
  prepared_.reset();
  Flight& flight = flights_[exchange->number()];
  Job& job = flight.job;
  Departure departure;
  departure.now = now - start_;
  const Nanoseconds allowed = next_departure();
  departure.possible = std::min(departure.now, std::max(allowed, since - start_));
  departure.waited_for_parallel = waited_for_parallel && since - start_ > allowed;
  if (departure.waited_for_parallel) departure.parallel_wait = since - start_ - allowed;
  departure.waited_for_tokens =
      budget_ && budget_->next_departure() > (pacer_ ? pacer_->next_departure() : Nanoseconds(0));
  ++departures_;
  job.place = pacer_ ? pacer_->depart(departure.now) : Slot{job.slot, departure.now};
  job.sent = departure.now;
  job.in_flight = client_.in_flight();
  if (job.tries++ == 0) job.first_sent = departure.now;
  if (budget_) budget_->reserve(departure.now, flight.tokens);
  if (job.is_counted && !std::exchange(has_counted_, true) && hooks_.on_first_counted) {
    hooks_.on_first_counted();
  }
  if (exchange->request.is_streamed) flight.stream->begin(exchange->request);
  recorder_.departed(job, departure);
  flight.is_in_flight = true;
  exchanges_[exchange->number()] = exchange;
  client_.send(*exchange);
}

std::optional<std::size_t> Dispatcher::read_piece(Exchange& exchange, std::string_view piece,
                                                  TimePoint read) {
  StreamReader& stream = *flights_[exchange.number()].stream;
  if (!stream.take(piece, read)) return std::nullopt;
  return stream.held();
}

void Dispatcher::read_reply(Exchange& exchange) {
  Flight& flight = flights_[exchange.number()];
  flight.is_in_flight = false;
  const bool is_streamed = exchange.request.is_streamed;
  if (hooks_.on_reply) hooks_.on_reply(exchange);
  Outcome outcome = is_streamed ? flight.stream->finish(exchange.reply)
                                : workload_.read(exchange.request, exchange.reply);
  if (outcome.failure) outcome.why = options_.connection.gate->shown(outcome.why);
  if (budget_) settle_tokens(flight, outcome);
  if (!retry(exchange, outcome)) {
    recorder_.ended(flight.job, exchange, outcome, is_streamed ? &flight.stream->times() : nullptr);
  }
  if (const auto why = stop_rule_.add(outcome, exchange.reply.status, exchange.reply.done)) {
    stop(*why);
  }
  // A long reply's buffers are not kept for the short ones to come.
  if (is_streamed && flight.stream->held() > most_kept_by_stream) flight.stream.reset();
  client_.release(exchange);
  if (++replies_read_ < most_replies_in_a_row) {
    turn_end_.ask();
  } else {
    after_replies();
  }
}

void Dispatcher::after_replies() {
  replies_read_ = 0;
  turn_end_.cancel();
  pump();
  finish_if_done();
}

bool Dispatcher::retry(const Exchange& exchange, Outcome& outcome) {
  const Job& job = flights_[exchange.number()].job;
  if (stopped_ || job.tries > options_.retries ||
      !is_worth_retrying(outcome, exchange.reply.status)) {
    return false;
  }
  const auto asked_for = retry_after(exchange);
  const auto wait = backoff_.wait(job.tries, asked_for);
  if (!wait) {
    outcome.why +=
        fmt::format("; the server asks to wait {:.0f} s, more than the longest wait of {:g} s",
                    seconds_of(*asked_for), seconds_of(options_.max_backoff));
    recorder_.asked_for_too_long(job);
    return false;
  }
  retries_.add({job, Clock::now() + *wait, recorder_.retried(job, exchange, outcome)});
  return true;
}

void Dispatcher::settle_unanswered() {
  const TimePoint now = Clock::now();
  for (std::size_t number = 0; number < flights_.size(); ++number) {
    const Flight& flight = flights_[number];
    if (flight.is_in_flight) recorder_.cut_off(flight.job, *exchanges_[number], now);
  }
  if (prepared_ && prepared_->last) {
    recorder_.abandoned(flights_[prepared_->exchange->number()].job, *prepared_->last);
  }
  while (!retries_.empty()) {
    const Retry retry = retries_.take();
    recorder_.abandoned(retry.job, retry.last);
  }
}

void Dispatcher::finish_if_done() {
  if ((all_sent() || stopped_) && in_flight() == 0) loop_.stop();
}

void Dispatcher::stop(const std::string& why) {
  if (stopped_) return;
  stopped_ = Clock::now();
  stopped_why_ = why;
  stop_watch_.start(stop_look);
}

bool Dispatcher::stop_asked() {
  if (!stopped_ && hooks_.stop != nullptr && hooks_.stop->load(std::memory_order_relaxed)) {
    stopped_ = Clock::now();
  }
  return stopped_.has_value();
}

void Dispatcher::tell_progress() {
  Progress progress = recorder_.progress();
  progress.left = planned_ - taken_ + client_.in_flight() + retries_.size();
  progress.departures = departures_;
  progress.in_flight = in_flight();
  progress.is_warming_up = options_.warmup > 0 && !has_counted_;
  if (!retries_.empty() && taken_ == planned_ && client_.in_flight() == 0) {
    progress.retry_in = std::max(Nanoseconds(0), retries_.next() - Clock::now());
  }
  hooks_.on_progress(progress);
  progress_watch_.start(progress_interval);
}

void Dispatcher::watch_stop() {
  if (stop_asked() && (in_flight() == 0 || Clock::now() - *stopped_ > options_.grace)) {
    loop_.stop();
    return;
  }
  stop_watch_.start(stop_look);
}

}  // namespace paceline
