#include <paceline/run/recorder.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace paceline {
namespace {

/// The tokens of a reply, as the server or else as we counted them; nothing where nobody did.
std::optional<std::uint64_t> tokens_of(const Outcome& outcome, const TokenTimes* times) {
  if (outcome.usage) return outcome.usage->completion_tokens;
  if (times != nullptr) return times->events;
  return std::nullopt;
}

}  // namespace

Recorder::Recorder(const RunOptions& options, std::uint64_t planned) : options_(options) {
  tally_.planned = planned;
}

void Recorder::sent(std::uint64_t in_flight) {
  ++tally_.sent;
  ++in_flight_;
  tally_.in_flight = std::max(tally_.in_flight, in_flight);
}

void Recorder::ended(const Job& job, const Exchange& exchange, const Outcome& outcome,
                     const TokenTimes* times) {
  if (!job.is_counted) return;
  const Reply& reply = exchange.reply;
  --in_flight_;
  if (tally_.http_version.empty()) tally_.http_version = reply.http_version;
  count_times(job, reply, !outcome.failure);
  if (outcome.failure) {
    tally_.count_failure(*outcome.failure, 1, outcome.why);
  } else {
    ++tally_.succeeded;
    count_tokens(reply, outcome, times);
  }
  if (options_.log.file != nullptr) log(job, exchange, outcome, times);
}

Tally Recorder::finish(bool cut_short) {
  if (in_flight_ > 0) {
    tally_.count_failure(Failure::other, in_flight_, "cut off when the run was stopped");
  }
  tally_.not_sent = tally_.planned - tally_.sent;
  tally_.cut_short = cut_short;
  assert(tally_.adds_up());
  return std::move(tally_);
}

void Recorder::count_times(const Job& job, const Reply& reply, bool succeeded) {
  const Nanoseconds due = due_of(job, reply);
  const Nanoseconds sent = since_start(reply.sent);
  const Nanoseconds done = since_start(reply.done);
  tally_.late.record(sent - due);
  tally_.first_send = std::min(tally_.first_send, sent);
  tally_.last_send = std::max(tally_.last_send, sent);
  tally_.last_done = std::max(tally_.last_done, done);
  if (!succeeded) return;
  tally_.latency.record(done - sent);
  tally_.due_latency.record(done - due);
}

void Recorder::count_tokens(const Reply& reply, const Outcome& outcome, const TokenTimes* times) {
  TokenTally& tokens = tally_.tokens;
  const std::optional<std::uint64_t> count = tokens_of(outcome, times);
  if (times != nullptr && times->events > 0) {
    tokens.ttft.record(times->first - reply.sent);
    for (const Nanoseconds gap : times->gaps) tokens.itl.record(gap);
    if (*count > 1) {
      tokens.tpot.record((times->last - times->first) / static_cast<std::int64_t>(*count - 1));
    }
  }
  if (!count) return;
  ++(outcome.usage ? tokens.replies_with_usage : tokens.replies_counted);
  tokens.out += *count;
  if (outcome.usage) {
    tokens.in += outcome.usage->prompt_tokens;
    tokens.cached += outcome.usage->cached_tokens;
  }
  if (outcome.length_asked) {
    ++tokens.lengths_asked;
    const LengthAsked& asked = *outcome.length_asked;
    if (*count < asked.at_least || *count > asked.at_most) ++tokens.lengths_off;
  }
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
  record.status = reply.status;
  if (outcome.failure) record.error = outcome.why;
  record.tokens_out = tokens_of(outcome, times);
  if (outcome.usage) {
    record.tokens_in = outcome.usage->prompt_tokens;
    record.cached_tokens = outcome.usage->cached_tokens;
  }
  if (options_.log.keeps_replies) record.reply = reply.body;
  options_.log.file->add(options_.log.run, record);
}

Recorder::Nanoseconds Recorder::due_of(const Job& job, const Reply& reply) const {
  return options_.rpm > 0 ? job.place.due : since_start(reply.sent);
}

}  // namespace paceline
