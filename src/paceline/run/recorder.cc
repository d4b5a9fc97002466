#include <paceline/run/recorder.h>

#include <paceline/run/response_tokens.h>
#include <paceline/run/verdict.h>
#include <paceline/stats/run_tally.h>
#include <paceline/stats/tally_bytes.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace paceline::run {

Recorder::Recorder(const RunPlan& options, std::uint64_t planned) : options_(options) {
  tally_.planned = planned;
  if (options.objective) tally_.met_objective = 0;
  if (options.groups) tally_.parts.emplace(options.groups);
  if (options.has_timeline) tally_.timeline.emplace();
  if (!options.stages.empty()) add_stages();
}

void Recorder::departed(const PendingRequest& pending, const Departure& departure) {
  if (!silent_since_ || pending.in_flight == 1) silent_since_ = departure.now;
  if (!pending.is_counted) return;
  if (Recorder* stage = stage_of(pending)) stage->departed(pending, departure);
  ++tally_.sends;
  if (pending.tries == 1) {
    ++tally_.sent;
    ++unfinished_;
  }
  tally_.in_flight = std::max(tally_.in_flight, pending.in_flight);
  tally_.first_send = std::min(tally_.first_send, departure.now);
  tally_.last_send = departure.now;
  tally_.first_due = std::min(tally_.first_due, pending.slot.due);
  tally_.last_due = std::max(tally_.last_due, pending.slot.due);
  if (tally_.timeline) {
    tally_.timeline->depart(departure.now,
                            options_.is_paced() ? std::optional(pending.slot.due) : std::nullopt);
  }
  tally_.client_lag.record(departure.now - departure.possible);
  tally_.parallel_wait += departure.parallel_wait;
  if (departure.waited_for_parallel) ++tally_.waits_for_parallel;
  if (departure.waited_for_tokens) ++tally_.waits_for_tokens;
}

FailedTry Recorder::retried(const PendingRequest& pending, const http::Exchange& exchange,
                            const Outcome& outcome) {
  const Response& response = exchange.response;
  end_silence(response.done);
  if (pending.is_counted) {
    if (Recorder* stage = stage_of(pending)) stage->retried(pending, exchange, outcome);
    ++tally_.retries;
    if (outcome.failure == Failure::http_429) ++tally_.refused_429;
    tally_.time_in_flight += response.done - response.sent;
    ++tally_.ended_sends;
    if (tally_.timeline) tally_.timeline->land(since_start(response.done));
  }
  FailedTry failed{*outcome.failure,           outcome.error,
                   exchange.request.name,      due_of(pending, response),
                   since_start(response.sent), since_start(response.done),
                   exchange.request.part};
  failed.error.status = response.status;
  return failed;
}

void Recorder::asked_for_too_long(const PendingRequest& pending) {
  if (!pending.is_counted) return;
  if (Recorder* stage = stage_of(pending)) stage->asked_for_too_long(pending);
  ++tally_.waits_too_long;
}

void Recorder::abandoned(const PendingRequest& pending, const FailedTry& last) {
  if (!pending.is_counted) return;
  if (Recorder* stage = stage_of(pending)) stage->abandoned(pending, last);
  --unfinished_;
  ++tally_.abandoned;
  tally_.count_failure(last.failure, 1, last.error);
  if (tally_.timeline) tally_.timeline->end(last.done, true, std::nullopt);
  if (tally_.parts) {
    tally_.parts->count({.part = last.part, .has_failed = true, .status = last.error.status});
  }
  if (options_.has_sessions) tally_.turns.count({.turn = pending.turn, .has_failed = true});
  if (options_.log.file == nullptr) return;
  log::RequestRecord record;
  record.item = pending.item;
  record.custom_id = last.name;
  record.due = last.due;
  record.sent = last.sent;
  record.done = last.done;
  record.retries = pending.tries - 1;
  record.status = last.error.status;
  record.error = last.error.message;
  if (options_.log.has_parts) record.part = last.part;
  options_.log.file->add(options_.log.run, record);
}

void Recorder::cut_off(const PendingRequest& pending, const http::Exchange& exchange,
                       TimePoint now) {
  if (!pending.is_counted) return;
  if (Recorder* stage = stage_of(pending)) stage->cut_off(pending, exchange, now);
  --unfinished_;
  ++tally_.cut_off;
  if (tally_.timeline) tally_.timeline->land(since_start(now));
  if (options_.log.file == nullptr) return;
  log::RequestRecord record;
  record.item = pending.item;
  record.custom_id = exchange.request.name;
  record.due = options_.is_paced() ? pending.slot.due : pending.sent;
  record.sent = pending.sent;
  record.done = since_start(now);
  record.retries = pending.tries - 1;
  record.error = "cut off when the run was stopped";
  if (options_.log.has_parts) record.part = exchange.request.part;
  options_.log.file->add(options_.log.run, record);
}

void Recorder::ended(const PendingRequest& pending, const http::Exchange& exchange,
                     const Outcome& outcome, const TokenTimes* times) {
  const Response& response = exchange.response;
  end_silence(response.done);
  if (!outcome.failure && pending.tries == 1) {
    tally_.levels.record(pending.in_flight, response.done - response.sent);
  }
  if (!pending.is_counted) return;
  if (Recorder* stage = stage_of(pending)) stage->ended(pending, exchange, outcome, times);
  --unfinished_;
  if (tally_.http_version.empty()) tally_.http_version = response.http_version;
  count_times(pending, response, !outcome.failure);
  if (outcome.failure) {
    tally_.count_failure(*outcome.failure, 1, outcome.error);
    if (pending.tries > 1) ++tally_.retries_exhausted;
    if (outcome.failure == Failure::http_429) ++tally_.refused_429;
  } else {
    ++tally_.succeeded;
    count_tokens(pending, response, outcome, times);
    count_prefix(pending, exchange, outcome, times);
    if (options_.objective) count_objective(pending, response, outcome, times);
  }
  if (tally_.parts) {
    count_parts(pending, exchange, outcome, times, tokens_of(outcome, times).value_or(0));
  }
  if (options_.has_sessions) count_turn(pending, response, outcome, times);
  if (options_.log.file != nullptr) log(pending, exchange, outcome, times);
}

stats::RunTally Recorder::finish(bool cut_short, std::optional<Error> stopped_why) {
  assert(unfinished_ == 0);
  tally_.not_sent = tally_.planned - tally_.sent;
  tally_.stopped_why = std::move(stopped_why);
  tally_.cut_short = cut_short;
  assert(tally_.adds_up());
  for (Recorder& stage : stages_) {
    stage.tally_.planned = stage.tally_.sent;
    tally_.stages.push_back(stage.finish(false, std::nullopt));
  }
  return std::move(tally_);
}

std::string Recorder::bytes_so_far(std::chrono::nanoseconds cpu_time) {
  tally_.cpu_time = cpu_time;
  return stats::bytes_of(tally_);
}

Progress Recorder::progress(std::chrono::nanoseconds cpu_time) {
  tally_.cpu_time = cpu_time;
  Progress progress;
  progress.planned = tally_.planned;
  progress.ended = tally_.succeeded + tally_.failed + tally_.cancelled;
  progress.failed = tally_.failed;
  progress.cancelled = tally_.cancelled;
  progress.p50 = tally_.latency.quantile(0.5);
  progress.p99 = tally_.latency.quantile(0.99);
  const auto latency = tally_.latency.wide_counts();
  std::copy(latency.begin(), latency.end(), progress.latency.begin());
  progress.failures = tally_.failures;
  progress.streams = tally_.tokens.streams;
  progress.ttft_p50 = tally_.tokens.ttft.quantile(0.5);
  progress.ttft_p99 = tally_.tokens.ttft.quantile(0.99);
  progress.tokens = tally_.tokens.out;
  progress.bound = bound_so_far();
  return progress;
}

/// The stripe is judged by its share of the rate and of the requests in flight.
std::optional<Bound> Recorder::bound_so_far() const {
  constexpr std::uint64_t enough = 20;
  constexpr std::chrono::seconds long_enough{1};
  if (tally_.succeeded + tally_.failed < enough ||
      tally_.last_send - tally_.first_send < long_enough) {
    return std::nullopt;
  }
  const std::uint64_t rpm = asked_rpm(options_, tally_);
  // The due times of a stripe in stages, and in a replay, have the rate of the stripe.
  const bool is_constant = options_.stages.empty() && !options_.replay;
  const std::uint64_t stripes = is_constant ? options_.stripe.count : 1;
  const std::uint64_t share = std::max<std::uint64_t>(rpm / stripes, 1);
  return judge(tally_, rpm == 0 ? 0 : share, options_.stripe.share_of(options_.parallel),
               options_.arrivals)
      .bound;
}

void Recorder::end_silence(TimePoint done) {
  const Nanoseconds now = since_start(done);
  if (silent_since_) {
    tally_.longest_silence = std::max(tally_.longest_silence, now - *silent_since_);
  }
  silent_since_ = now;
}

void Recorder::count_times(const PendingRequest& pending, const Response& response,
                           bool succeeded) {
  const Nanoseconds due = due_of(pending, response);
  const Nanoseconds sent = since_start(response.sent);
  const Nanoseconds done = since_start(response.done);
  tally_.late.record(sent - due);
  tally_.last_done = std::max(tally_.last_done, done);
  tally_.ended_by_second.add(done);
  tally_.time_in_flight += done - sent;
  ++tally_.ended_sends;
  if (tally_.timeline) {
    const bool has_latency = succeeded && pending.tries == 1;
    tally_.timeline->land(done);
    tally_.timeline->end(done, !succeeded, has_latency ? std::optional(done - sent) : std::nullopt);
  }
  if (!succeeded) return;
  if (pending.tries > 1) {
    tally_.retried_latency.record(done - pending.first_sent);
    return;
  }
  tally_.latency.record(done - sent);
  if (response.connect) ++tally_.connect_requests;
  tally_.due_latency.record(done - due);
  tally_.due_latency_trend.record(stats::seconds_of(due), stats::seconds_of(done - due));
  tally_.course.record(sent, done - sent);
}

/// The times of a retried request count from its first send, because its user waits from then on.
void Recorder::count_objective(const PendingRequest& pending, const Response& response,
                               const Outcome& outcome, const TokenTimes* times) {
  const Nanoseconds done = since_start(response.done);
  const Nanoseconds first_sent =
      pending.tries > 1 ? pending.first_sent : since_start(response.sent);
  RequestTimes took;
  took.latency = done - first_sent;
  took.due_latency = done - std::min(first_sent, due_of(pending, response));
  const bool has_tokens = times != nullptr && times->events > 0;
  took.ttft = has_tokens ? since_start(times->first) - first_sent : took.latency;
  took.tpot = time_per_token(outcome, times);
  if (options_.objective->is_met_by(took)) ++*tally_.met_objective;
}

void Recorder::log(const PendingRequest& pending, const http::Exchange& exchange,
                   const Outcome& outcome, const TokenTimes* times) {
  const Response& response = exchange.response;
  log::RequestRecord record;
  record.item = pending.item;
  record.custom_id = exchange.request.name;
  record.due = due_of(pending, response);
  record.sent = since_start(response.sent);
  if (response.first_byte != TimePoint::max()) record.first_byte = since_start(response.first_byte);
  if (times != nullptr && times->events > 0) {
    record.first_token = since_start(times->first);
    if (times->first_answer) record.first_answer = since_start(*times->first_answer);
  }
  record.done = since_start(response.done);
  record.connect = response.connect;
  record.retries = pending.tries - 1;
  record.status = response.status;
  if (outcome.failure) record.error = outcome.error.message;
  record.is_cancelled = response.error == TransportError::cancelled;
  if (options_.log.has_parts) record.part = exchange.request.part;
  record.tokens_out = tokens_of(outcome, times);
  if (outcome.usage) {
    record.tokens_in = outcome.usage->prompt_tokens;
    record.cached_tokens = outcome.usage->cached_tokens;
    record.reasoning_tokens = outcome.usage->reasoning_tokens;
  }
  record.finish = outcome.finish;
  record.tool_calls_valid = outcome.tool_calls_valid;
  std::string kept;
  if (options_.log.keeps_responses && !outcome.failure) {
    kept = options_.gate->without_secrets(response.body);
    record.response = kept;
  }
  options_.log.file->add(options_.log.run, record);
}

Recorder::Nanoseconds Recorder::due_of(const PendingRequest& pending,
                                       const Response& response) const {
  return options_.is_paced() ? pending.slot.due : since_start(response.sent);
}

}  // namespace paceline::run
