#include <paceline/stats/run_tally.h>

#include <algorithm>
#include <numeric>

namespace paceline {

void Tally::count_failure(Failure failure, std::uint64_t requests, const Error& error) {
  failed += requests;
  failures[static_cast<std::size_t>(failure)] += requests;
  if (!first_failure) first_failure = error;
}

void Tally::merge(const Tally& other) {
  latency.merge(other.latency);
  due_latency.merge(other.due_latency);
  late.merge(other.late);
  retried_latency.merge(other.retried_latency);
  client_lag.merge(other.client_lag);
  connect.merge(other.connect);
  planned += other.planned;
  sent += other.sent;
  succeeded += other.succeeded;
  failed += other.failed;
  connect_requests += other.connect_requests;
  not_sent += other.not_sent;
  lost += other.lost;
  cut_off += other.cut_off;
  cancelled += other.cancelled;
  for (std::size_t i = 0; i < failure_kinds; ++i) failures[i] += other.failures[i];
  sends += other.sends;
  retries += other.retries;
  retries_exhausted += other.retries_exhausted;
  abandoned += other.abandoned;
  waits_too_long += other.waits_too_long;
  refused_429 += other.refused_429;
  if (other.met_objective) met_objective = met_objective.value_or(0) + *other.met_objective;
  waits_for_parallel += other.waits_for_parallel;
  waits_for_tokens += other.waits_for_tokens;
  parallel_wait += other.parallel_wait;
  longest_silence = std::max(longest_silence, other.longest_silence);
  time_in_flight += other.time_in_flight;
  ended_sends += other.ended_sends;
  cpu_time += other.cpu_time;
  threads += other.threads;
  if (!stopped_why) stopped_why = other.stopped_why;
  if (!first_failure) first_failure = other.first_failure;
  if (http_version.empty()) http_version = other.http_version;
  tokens.merge(other.tokens);
  in_flight += other.in_flight;
  first_send = std::min(first_send, other.first_send);
  last_send = std::max(last_send, other.last_send);
  ended_by_second.merge(other.ended_by_second);
  last_done = std::max(last_done, other.last_done);
  cut_short = cut_short || other.cut_short;
}

std::chrono::nanoseconds Tally::mean_time_in_flight() const {
  if (ended_sends == 0) return std::chrono::nanoseconds(0);
  return time_in_flight / static_cast<std::int64_t>(ended_sends);
}

double Tally::achieved_rpm() const {
  if (sends < 2 || last_send <= first_send) return 0;
  return 60 * static_cast<double>(sends - 1) / stats::seconds_of(last_send - first_send);
}

double Tally::rps() const {
  if (sent == 0 || last_done <= first_send) return 0;
  return static_cast<double>(succeeded + failed) / stats::seconds_of(last_done - first_send);
}

double Tally::goodput() const {
  if (sent == 0 || last_done <= first_send) return 0;
  return static_cast<double>(met_objective.value_or(0)) / stats::seconds_of(last_done - first_send);
}

double Tally::error_ratio() const {
  const std::uint64_t ended = succeeded + failed;
  return ended == 0 ? 0 : static_cast<double>(failed) / static_cast<double>(ended);
}

double Tally::settled_error_ratio() const {
  const std::uint64_t ended = succeeded + failed - abandoned;
  return ended == 0 ? 0 : static_cast<double>(failed - abandoned) / static_cast<double>(ended);
}

double Tally::miss_ratio() const {
  const std::uint64_t ended = succeeded + failed;
  if (!met_objective || ended == 0) return 0;
  return static_cast<double>(ended - *met_objective) / static_cast<double>(ended);
}

bool stats::RunTally::has_groups_of(const stats::RunTally& other) const {
  if (!parts || !other.parts) return parts.has_value() == other.parts.has_value();
  return parts->groups() == other.parts->groups();
}

void stats::RunTally::be_of_rank(std::uint64_t rank, const std::string& name) {
  RankPart part;
  part.rank = rank;
  part.name = name;
  part.planned = planned;
  part.late_p99 = late.quantile(0.99);
  ranks = {part};
}

void stats::RunTally::add_lost_rank(std::uint64_t rank, const std::string& name) {
  RankPart part;
  part.rank = rank;
  part.name = name;
  part.is_lost = true;
  ranks.push_back(part);
  cut_short = true;
}

void stats::RunTally::merge(const stats::RunTally& other) {
  Tally::merge(other);
  due_latency_trend.merge(other.due_latency_trend);
  course.merge(other.course);
  levels.merge(other.levels);
  first_due = std::min(first_due, other.first_due);
  last_due = std::max(last_due, other.last_due);
  if (parts && other.parts) parts->merge(*other.parts);
  turns.merge(other.turns);
  if (timeline && other.timeline) timeline->merge(*other.timeline);
  ranks.insert(ranks.end(), other.ranks.begin(), other.ranks.end());
  for (std::size_t i = 0; i < std::min(stages.size(), other.stages.size()); ++i) {
    stages[i].merge(other.stages[i]);
  }
}

std::optional<std::chrono::nanoseconds> stats::RunTally::clock_error() const {
  std::optional<std::chrono::nanoseconds> largest;
  for (const RankPart& part : ranks) {
    if (part.clock_error)
      largest = std::max(largest.value_or(*part.clock_error), *part.clock_error);
  }
  return largest;
}

void PrefixTally::merge(const PrefixTally& other) {
  warm += other.warm;
  cold += other.cold;
  stats::merge(warm_ttft, other.warm_ttft);
  stats::merge(cold_ttft, other.cold_ttft);
}

double PrefixTally::warm_ratio() const {
  if (warm + cold == 0) return 0;
  return static_cast<double>(warm) / static_cast<double>(warm + cold);
}

void TokenTally::merge(const TokenTally& other) {
  ttft.merge(other.ttft);
  ttfa.merge(other.ttfa);
  thinking.merge(other.thinking);
  itl.merge(other.itl);
  tpot.merge(other.tpot);
  stream_rates.merge(other.stream_rates);
  streams += other.streams;
  streams_without_tokens += other.streams_without_tokens;
  streams_with_thoughts += other.streams_with_thoughts;
  responses_with_usage += other.responses_with_usage;
  responses_counted += other.responses_counted;
  out += other.out;
  out_by_second.merge(other.out_by_second);
  in += other.in;
  responses_with_in += other.responses_with_in;
  cached += other.cached;
  responses_with_cached += other.responses_with_cached;
  prefixes.merge(other.prefixes);
  reasoning += other.reasoning;
  responses_with_reasoning += other.responses_with_reasoning;
  lengths_asked += other.lengths_asked;
  length_mismatches += other.length_mismatches;
  for (std::size_t i = 0; i < finish_kinds; ++i) finishes[i] += other.finishes[i];
  responses_with_tool_calls += other.responses_with_tool_calls;
  responses_with_valid_tool_calls += other.responses_with_valid_tool_calls;
  streamed += other.streamed;
  timed_parts += other.timed_parts;
  format.checked += other.format.checked;
  format.valid += other.format.valid;
}

double TokenTally::tokens_per_event() const {
  if (timed_parts == 0) return 0;
  return static_cast<double>(streamed) / static_cast<double>(timed_parts);
}

std::uint64_t TokenTally::responses_with_finish() const {
  return std::accumulate(finishes.begin(), finishes.end(), std::uint64_t{0});
}

double TokenTally::finish_ratio(Finish finish) const {
  const std::uint64_t known = responses_with_finish();
  if (known == 0) return 0;
  return static_cast<double>(finishes[static_cast<std::size_t>(finish)]) /
         static_cast<double>(known);
}

double TokenTally::tokens_per_user() const {
  return stream_rates.mean() / 1e6;
}

double TokenTally::length_mismatch_ratio() const {
  if (lengths_asked == 0) return 0;
  return static_cast<double>(length_mismatches) / static_cast<double>(lengths_asked);
}

}  // namespace paceline
