#include <paceline/run/dispatcher.h>

#include <algorithm>
#include <utility>

#include <paceline/http/transport.h>
#include <paceline/loop/timers.h>
#include <paceline/run/cancelled_items.h>
#include <paceline/run/run_stripe.h>

namespace paceline::run {
namespace {

// A part of pace::RateChanges::notice.
constexpr std::chrono::milliseconds between_looks{50};
constexpr std::chrono::milliseconds progress_interval{200};
constexpr std::chrono::seconds tally_interval{1};
constexpr std::chrono::milliseconds between_opening_looks{1};

/// A run begins at the latest after this time, even if connections are still being opened.
constexpr std::chrono::seconds longest_opening{5};

/// With retries, a run has to survive the restart of a server.
constexpr std::chrono::seconds patience{1};
constexpr std::chrono::seconds patience_with_retries{30};

}  // namespace

Dispatcher::Dispatcher(loop::Loop& loop, Workload& workload, const RunPlan& options,
                       const RunHooks& hooks)
    : loop_(loop),
      workload_(workload),
      options_(options),
      hooks_(hooks),
      intake_(options_, options.has_sessions ? workload.sessions() : nullptr),
      earlier_turns_(options.earlier_turns, workload),
      stages_(staged_rate(options)),
      pacer_(options.users > 0 ? make_user_pacer(options, intake_.user_interval())
                               : make_pacer(options, intake_.sessions())),
      limit_(make_limit(options)),
      budget_(make_budget(options)),
      client_(
          loop, client_options(options),
          options.transports ? options.transports : transport_factory(options.connection.transport),
          [this](http::Exchange& exchange) { read_response(exchange); },
          [this](http::Exchange& exchange, std::string_view piece, TimePoint read) {
            return read_piece(exchange, piece, read);
          },
          [this](const ConnectTimes& times) { recorder_.opened(times); }),
      after_turn_(loop, [this] { after_responses(); }),
      watch_(loop, [this] { watch(); }),
      progress_watch_(loop, [this] { tell_progress(); }),
      tally_watch_(loop, [this] { keep_tally(); }),
      flights_(options.stripe.share_of(options.parallel)),
      exchanges_(flights_.size()),
      backoff_(options.seed + options.stripe.index, options.max_backoff),
      stop_rule_(options.retries > 0 ? patience_with_retries : patience),
      recorder_(options_, intake_.counted()) {}

stats::RunTally Dispatcher::run() {
  auto wait = DepartureTimer::make(loop_, options_.precision, [this] { pump(); });
  if (!wait) return recorder_.finish(true, wait.error());
  wait_ = std::move(*wait);
  workload_.begin_run(options_.salt);
  open_connections();
  if (options_.start) {
    start_ = options_.start();
  } else {
    start_.at = Clock::now();
  }
  cpu_before_ = cpu_time();
  recorder_.begin(start_.at);
  if (hooks_.stop != nullptr || options_.is_ended || options_.rate_changes || start_.corrected) {
    watch_.start(between_looks);
  }
  if (hooks_.on_progress) progress_watch_.start(progress_interval);
  if (options_.log.file != nullptr) tally_watch_.start(tally_interval);
  pump();
  if (in_flight() > 0 || !(all_sent() || stop_asked())) loop_.run();
  if (hooks_.on_progress) tell_progress();
  settle_unanswered();
  recorder_.leave_stage(cpu_time());
  stats::RunTally tally = recorder_.finish(stopped_.has_value(), stopped_why_);
  tally.cpu_time = cpu_time();
  return tally;
}

void Dispatcher::open_connections() {
  if (intake_.is_empty() || !prepare(Clock::now())) return;
  client_.open_ahead(*prepared_->exchange, connections_ahead(options_));
  const TimePoint end =
      Clock::now() + std::min<Nanoseconds>(longest_opening, options_.connection.timeout);
  const auto is_over = [&] {
    return !client_.is_opening_ahead() || Clock::now() > end || stop_asked();
  };
  if (is_over()) return;
  loop::Timer look(loop_, [&] { is_over() ? loop_.stop() : look.start(between_opening_looks); });
  look.start(between_opening_looks);
  loop_.run();
}

Dispatcher::Nanoseconds Dispatcher::cpu_time() const {
  return loop::time_on(CLOCK_THREAD_CPUTIME_ID) + client_.cpu_time() - cpu_before_;
}

void Dispatcher::pump() {
  while (!stop_asked() && send_next()) {
  }
  client_.flush();
}

bool Dispatcher::send_next() {
  TimePoint now = Clock::now();
  if (start_.at + next_departure() > now) {
    // Making the next request must not delay those that were sent.
    client_.flush();
    now = Clock::now();
  }
  if (!prepared_ && !prepare(now)) return false;
  const TimePoint departure = start_.at + next_departure();
  if (departure > now) {
    wait_->until(departure, client_.can_defer_reads());
    return false;
  }
  depart(now);
  return true;
}

/// Makes the next request before it may depart, so that its tokens are known and making it does not
/// delay it.
bool Dispatcher::prepare(TimePoint now) {
  if (client_.in_flight() == flights_.size()) {
    // The next response calls pump() again.
    at_the_cap_ = true;
    return false;
  }
  std::optional<Upcoming> upcoming = intake_.take(now, start_.at + scheduled(true));
  if (!upcoming) return false;
  http::Exchange* exchange = client_.acquire();
  InFlightRequest& flight = flights_[exchange->number];
  flight.pending = upcoming->pending;
  exchange->request.keeps_response = true;
  earlier_turns_.end_before(flight.pending.item);
  workload_.make(flight.pending.item, exchange->request);
  exchange->request.is_counted = flight.pending.is_counted;
  if (options_.log.keeps_responses) exchange->request.keeps_response = true;
  if (exchange->request.is_streamed && !flight.stream) {
    flight.stream = workload_.make_stream_reader();
  }
  if (budget_) flight.tokens = estimate_tokens(exchange->request);
  prepared_ = {exchange, now, std::exchange(at_the_cap_, false), *std::move(upcoming)};
  return true;
}

Dispatcher::Nanoseconds Dispatcher::scheduled(bool takes_slot) const {
  return std::max(takes_slot && pacer_ ? pacer_->next_departure() : Nanoseconds(0),
                  limit_ ? limit_->next_departure() : Nanoseconds(0));
}

Dispatcher::Nanoseconds Dispatcher::next_scheduled() const {
  if (!prepared_) return scheduled(true);
  const Upcoming& next = prepared_->upcoming;
  const Nanoseconds slot = scheduled(next.takes_slot);
  return next.not_before ? std::max(slot, *next.not_before - start_.at) : slot;
}

Dispatcher::Nanoseconds Dispatcher::next_departure() const {
  return std::max(next_scheduled(), budget_ ? budget_->next_departure() : Nanoseconds(0));
}

void Dispatcher::depart(TimePoint now) {
  http::Exchange* const exchange = prepared_->exchange;
  const TimePoint since = prepared_->since;
  const bool waited_for_parallel = prepared_->waited_for_parallel;
  const Nanoseconds allowed = next_departure();
  const bool waited_for_tokens = budget_ && budget_->next_departure() > next_scheduled();
  const bool has_slot = prepared_->upcoming.takes_slot && pacer_;
  const bool has_due_time = prepared_->upcoming.not_before && !prepared_->upcoming.last;
  prepared_.reset();
  InFlightRequest& flight = flights_[exchange->number];
  PendingRequest& pending = flight.pending;
  Departure departure;
  departure.now = now - start_.at;
  departure.possible = std::min(departure.now, std::max(allowed, since - start_.at));
  departure.waited_for_parallel = waited_for_parallel && since - start_.at > allowed;
  if (departure.waited_for_parallel) departure.parallel_wait = since - start_.at - allowed;
  departure.waited_for_tokens = waited_for_tokens;
  ++departures_;
  if (limit_) limit_->depart(departure.now);
  if (has_slot) {
    pending.slot = pacer_->depart(departure.now);
  } else if (!has_due_time) {
    pending.slot = {pending.item, departure.now};
  }
  pending.sent = departure.now;
  pending.in_flight = client_.in_flight();
  if (pending.tries++ == 0) pending.first_sent = departure.now;
  if (budget_) budget_->reserve(departure.now, flight.tokens);
  if (pending.is_counted && !std::exchange(has_counted_, true)) cpu_before_ += cpu_time();
  if (stages_ && pending.is_counted && pending.tries == 1) note_stage(pending);
  if (exchange->request.is_streamed) flight.stream->begin(exchange->request);
  recorder_.departed(pending, departure);
  flight.is_in_flight = true;
  exchanges_[exchange->number] = exchange;
  client_.send(*exchange);
  if (is_to_be_cancelled(pending.item, options_)) client_.cancel_later(*exchange);
}

void Dispatcher::note_stage(PendingRequest& pending) {
  const std::size_t before = options_.warmup > 0 ? 1 : 0;
  pending.stage = std::max(stages_->stage_at(pending.slot.due), before) - before;
  if (stage_ == pending.stage) return;
  stage_ = pending.stage;
  recorder_.enter_stage(pending.stage, cpu_time());
}

void Dispatcher::stop(Error why) {
  if (stopped_) return;
  stopped_ = Clock::now();
  stopped_why_ = std::move(why);
  if (options_.is_ended) options_.is_ended->store(true, std::memory_order_relaxed);
  watch_.start(between_looks);
}

bool Dispatcher::stop_asked() {
  const auto is_set = [](const std::atomic<bool>* flag) {
    return flag != nullptr && flag->load(std::memory_order_relaxed);
  };
  if (!stopped_ && (is_set(hooks_.stop) || is_set(options_.is_ended.get()))) {
    stopped_ = Clock::now();
  }
  return stopped_.has_value();
}

void Dispatcher::tell_progress() {
  Progress progress = recorder_.progress(cpu_time());
  progress.left = intake_.left() + client_.in_flight();
  progress.departures = departures_;
  progress.in_flight = in_flight();
  progress.is_warming_up = options_.warmup > 0 && !has_counted_;
  if (prepared_ && prepared_->upcoming.last && in_flight() == 0) {
    const Nanoseconds wait = *prepared_->upcoming.not_before - Clock::now();
    if (wait.count() > 0) progress.retry_in = wait;
  }
  hooks_.on_progress(progress);
  progress_watch_.start(progress_interval);
}

void Dispatcher::keep_tally() {
  options_.log.keep(options_.thread(), recorder_.bytes_so_far(cpu_time()));
  tally_watch_.start(tally_interval);
}

void Dispatcher::watch() {
  if (stop_asked() && (in_flight() == 0 || Clock::now() - *stopped_ > options_.grace)) {
    loop_.stop();
    return;
  }
  // The process may be killed before the grace is over.
  if (stopped_ && options_.log.file != nullptr && !std::exchange(has_kept_stopped_, true)) {
    keep_tally();
  }
  if (options_.rate_changes && pacer_) follow_rate();
  if (start_.corrected) follow_start();
  watch_.start(between_looks);
}

/// Follows the start of the schedule, which moves on this clock as the clocks drift apart.
void Dispatcher::follow_start() {
  const TimePoint corrected = start_.corrected->load(std::memory_order_relaxed);
  if (corrected == start_.at) return;
  start_.at = corrected;
  recorder_.begin(corrected);
  // The next request may wait for a time that is now earlier.
  pump();
}

void Dispatcher::follow_rate() {
  pace::RateChanges& changes = *options_.rate_changes;
  changes.delayed(options_.stripe.index, pacer_->moved());
  changes.make(Clock::now() - start_.at);
  if (changes.count() == rate_changes_) return;
  rate_changes_ = changes.count();
  pacer_->reschedule();
  // The next request may wait for the time that the slower rate gave it.
  pump();
}

}  // namespace paceline::run
