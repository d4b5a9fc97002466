#include <paceline/run/recorder.h>

#include <paceline/stats/seconds.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace paceline {
namespace {

/// The tokens of a reply, as the server or else as we counted them; nothing where nobody did.
std::optional<std::uint64_t> tokens_of(const Outcome& outcome, const TokenTimes* times) {
  if (outcome.usage && outcome.usage->completion_tokens) return outcome.usage->completion_tokens;
  if (times != nullptr) return times->events;
  return std::nullopt;
}

/// A reply that came at once tells no time between its tokens.
std::optional<std::chrono::nanoseconds> time_per_token(const Outcome& outcome,
                                                       const TokenTimes* times) {
  if (times == nullptr || times->events <= 1) return std::nullopt;
  const std::uint64_t count = outcome.streamed_tokens.value_or(*tokens_of(outcome, times));
  if (count <= 1) return std::nullopt;
  return (times->last - times->first) / static_cast<std::int64_t>(count - 1);
}

}  // namespace

Recorder::Recorder(const RunOptions& options, std::uint64_t planned) : options_(options) {
  tally_.planned = planned;
  if (options.objective) tally_.met_objective = 0;
}

void Recorder::departed(const Job& job, const Departure& departure, std::uint64_t in_flight) {
  if (!job.is_counted) return;
  ++tally_.sends;
  if (job.tries == 1) {
    ++tally_.sent;
    ++unfinished_;
  }
  tally_.in_flight = std::max(tally_.in_flight, in_flight);
  tally_.first_send = std::min(tally_.first_send, departure.now);
  tally_.last_send = departure.now;
  tally_.own_late.record(departure.now - departure.possible);
  if (departure.waited_for_parallel) ++tally_.waits_for_parallel;
  if (departure.waited_for_tokens) ++tally_.waits_for_tokens;
}

void Recorder::retried(const Job& job, const Outcome& outcome) {
  if (!job.is_counted) return;
  ++tally_.retries;
  if (outcome.failure == Failure::http_429) ++tally_.refused_429;
}

void Recorder::abandoned(const Job& job, Failure failure, const std::string& why) {
  if (!job.is_counted) return;
  --unfinished_;
  tally_.count_failure(failure, 1, why);
}

void Recorder::ended(const Job& job, const Exchange& exchange, const Outcome& outcome,
                     const TokenTimes* times) {
  if (!job.is_counted) return;
  const Reply& reply = exchange.reply;
  --unfinished_;
  if (tally_.http_version.empty()) tally_.http_version = reply.http_version;
  count_times(job, reply, !outcome.failure);
  if (outcome.failure) {
    tally_.count_failure(*outcome.failure, 1, outcome.why);
    if (job.tries > 1) ++tally_.gave_up;
    if (outcome.failure == Failure::http_429) ++tally_.refused_429;
  } else {
    ++tally_.succeeded;
    count_tokens(job, reply, outcome, times);
    if (options_.objective) count_objective(job, reply, outcome, times);
  }
  if (options_.log.file != nullptr) log(job, exchange, outcome, times);
}

Tally Recorder::finish(bool cut_short, const std::string& stopped_why) {
  if (unfinished_ > 0) {
    tally_.count_failure(Failure::other, unfinished_, "cut off when the run was stopped");
  }
  tally_.not_sent = tally_.planned - tally_.sent;
  tally_.stopped_why = stopped_why;
  tally_.cut_short = cut_short;
  assert(tally_.adds_up());
  return std::move(tally_);
}

Progress Recorder::progress() const {
  Progress progress;
  progress.planned = tally_.planned;
  progress.ended = tally_.succeeded + tally_.failed;
  progress.failed = tally_.failed;
  progress.p50 = tally_.latency.quantile(0.5);
  progress.p99 = tally_.latency.quantile(0.99);
  return progress;
}

void Recorder::count_times(const Job& job, const Reply& reply, bool succeeded) {
  const Nanoseconds due = due_of(job, reply);
  const Nanoseconds sent = since_start(reply.sent);
  const Nanoseconds done = since_start(reply.done);
  tally_.late.record(sent - due);
  tally_.last_done = std::max(tally_.last_done, done);
  if (!succeeded) return;
  if (job.tries > 1) {
    tally_.retried_latency.record(done - job.first_sent);
    return;
  }
  tally_.latency.record(done - sent);
  tally_.due_latency.record(done - due);
  tally_.due_latency_trend.record(seconds_of(due), seconds_of(done - due));
}

/// Of a retried request too, from its first send: its user has waited that long.
void Recorder::count_objective(const Job& job, const Reply& reply, const Outcome& outcome,
                               const TokenTimes* times) {
  const Nanoseconds done = since_start(reply.done);
  const Nanoseconds first_sent = job.tries > 1 ? job.first_sent : since_start(reply.sent);
  RequestTimes took;
  took.latency = done - first_sent;
  took.due_latency = done - std::min(first_sent, due_of(job, reply));
  const bool has_tokens = times != nullptr && times->events > 0;
  took.ttft = has_tokens ? since_start(times->first) - first_sent : took.latency;
  took.tpot = time_per_token(outcome, times);
  if (options_.objective->is_met_by(took)) ++*tally_.met_objective;
}

void Recorder::count_tokens(const Job& job, const Reply& reply, const Outcome& outcome,
                            const TokenTimes* times) {
  TokenTally& tokens = tally_.tokens;
  if (times != nullptr) count_stream(job, reply, outcome, *times);
  const Usage usage = outcome.usage.value_or(Usage{});
  if (usage.prompt_tokens) {
    ++tokens.replies_with_in;
    tokens.in += *usage.prompt_tokens;
  }
  if (usage.cached_tokens) {
    ++tokens.replies_with_cached;
    tokens.cached += *usage.cached_tokens;
  }
  const std::optional<std::uint64_t> count = tokens_of(outcome, times);
  if (!count) return;
  ++(usage.completion_tokens ? tokens.replies_with_usage : tokens.replies_counted);
  tokens.out += *count;
  if (outcome.length_asked) {
    ++tokens.lengths_asked;
    const LengthAsked& asked = *outcome.length_asked;
    if (*count < asked.at_least || *count > asked.at_most) ++tokens.lengths_off;
  }
}

void Recorder::count_stream(const Job& job, const Reply& reply, const Outcome& outcome,
                            const TokenTimes& times) {
  TokenTally& tokens = tally_.tokens;
  ++tokens.streams;
  if (times.events == 0) ++tokens.streams_without_tokens;
  if (times.events == 0 || job.tries > 1) return;
  tokens.ttft.record(times.first - reply.sent);
  if (times.first_answer) tokens.ttfa.record(*times.first_answer - reply.sent);
  if (times.first_answer != times.first) ++tokens.streams_with_thoughts;
  for (const Nanoseconds gap : times.gaps) tokens.itl.record(gap);
  if (const auto each = time_per_token(outcome, &times)) tokens.tpot.record(*each);
}

void Recorder::log(const Job& job, const Exchange& exchange, const Outcome& outcome,
                   const TokenTimes* times) {
  const Reply& reply = exchange.reply;
  RequestRecord record;
  record.slot = job.slot;
  record.custom_id = exchange.request.name;
  record.due = due_of(job, reply);
  record.sent = since_start(reply.sent);
  if (reply.first_byte != TimePoint::max()) record.first_byte = since_start(reply.first_byte);
  if (times != nullptr && times->events > 0) record.first_token = since_start(times->first);
  record.done = since_start(reply.done);
  record.retries = job.tries - 1;
  record.status = reply.status;
  if (outcome.failure) record.error = outcome.why;
  record.tokens_out = tokens_of(outcome, times);
  if (outcome.usage) {
    record.tokens_in = outcome.usage->prompt_tokens;
    record.cached_tokens = outcome.usage->cached_tokens;
  }
  std::string kept;
  if (options_.log.keeps_replies && !outcome.failure) {
    kept = options_.connection.gate->without_secrets(reply.body);
    record.reply = kept;
  }
  options_.log.file->add(options_.log.run, record);
}

Recorder::Nanoseconds Recorder::due_of(const Job& job, const Reply& reply) const {
  return options_.rpm > 0 ? job.place.due : since_start(reply.sent);
}

}  // namespace paceline
