#include <fmt/format.h>
#include <paceline/stats/byte_form.h>
#include <paceline/stats/tally_bytes.h>
#include <paceline/stats/tally_members.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace paceline::stats {
namespace {

/// Raise with every change of the bytes.
constexpr std::uint64_t form_version = 1;

}  // namespace

// A structured binding names every member of its class, so a new member does not compile until its
// place in the bytes is chosen.

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<RunTally>& tally) {
  list(form, static_cast<typename Form::template As<Tally>&>(tally));
  form(tally.due_latency_trend, tally.course, tally.levels, tally.first_due, tally.last_due);
  // The reader has made the parts of its own run.
  bool has_parts = tally.parts.has_value();
  form(has_parts);
  if constexpr (Form::reads) form.require(has_parts == tally.parts.has_value());
  if (has_parts && tally.parts) form(*tally.parts);
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<Tally>& tally) {
  auto& [latency, due_latency, late, retried_latency, client_lag, connect, planned, sent, succeeded,
         failed, connect_requests, not_sent, cut_off, failures, sends, retries, retries_exhausted,
         abandoned, waits_too_long, refused_429, waits_for_parallel, waits_for_tokens,
         parallel_wait, longest_silence, time_in_flight, ended_sends, met_objective, first_failure,
         http_version, tokens, in_flight, first_send, last_send, ended_by_second, last_done,
         cut_short, stopped_why, cpu_time, threads] = tally;
  form(latency, due_latency, late, retried_latency, client_lag, connect, planned, sent, succeeded,
       failed, connect_requests, not_sent, cut_off, failures, sends, retries, retries_exhausted,
       abandoned, waits_too_long, refused_429, waits_for_parallel, waits_for_tokens, parallel_wait,
       longest_silence, time_in_flight, ended_sends, met_objective, first_failure, http_version,
       tokens, in_flight, first_send, last_send, ended_by_second, last_done, cut_short, stopped_why,
       cpu_time, threads);
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<TokenTally>& tokens) {
  auto& [ttft, ttfa, thinking, itl, tpot, stream_rates, streams, streams_without_tokens,
         streams_with_thoughts, responses_with_usage, responses_counted, out, out_by_second, in,
         responses_with_in, cached, responses_with_cached, reasoning, responses_with_reasoning,
         lengths_asked, length_mismatches, finishes, responses_with_tool_calls,
         responses_with_valid_tool_calls, streamed, timed_parts, format] = tokens;
  form(ttft, ttfa, thinking, itl, tpot, stream_rates, streams, streams_without_tokens,
       streams_with_thoughts, responses_with_usage, responses_counted, out, out_by_second, in,
       responses_with_in, cached, responses_with_cached, reasoning, responses_with_reasoning,
       lengths_asked, length_mismatches, finishes, responses_with_tool_calls,
       responses_with_valid_tool_calls, streamed, timed_parts, format);
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<FormatChecks>& checks) {
  auto& [checked, valid] = checks;
  form(checked, valid);
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<Error>& error) {
  auto& [code, message, status] = error;
  auto number = static_cast<std::int64_t>(code);
  form(number, message, status);
  if constexpr (Form::reads) code = static_cast<ErrorCode>(number);
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<Histogram>& histogram) {
  auto& [buckets, groups, moments, min, max] = histogram;
  const std::size_t size = buckets.size();
  form.counts(buckets, size);
  form(moments, min, max);
  if constexpr (Form::reads) {
    // A quantile is looked for among as many durations as the moments have.
    form.require(buckets.size() == size && add_up(buckets, moments.count()) &&
                 (moments.count() == 0 || min <= max));
    if (form.is_damaged()) {
      histogram = Histogram();
    } else {
      histogram.count_groups();
    }
  }
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<Moments>& moments) {
  auto& [count, sum, squares] = moments;
  constexpr unsigned half = 64;
  std::array<std::uint64_t, 4> halves{
      static_cast<std::uint64_t>(sum), static_cast<std::uint64_t>(sum >> half),
      static_cast<std::uint64_t>(squares), static_cast<std::uint64_t>(squares >> half)};
  form(count, halves);
  if constexpr (Form::reads) {
    sum = Moments::Wide{halves[1]} << half | halves[0];
    squares = Moments::Wide{halves[3]} << half | halves[2];
  }
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<PerSecond>& seconds) {
  auto& [counts] = seconds;
  form.counts(counts, std::chrono::seconds(PerSecond::longest).count());
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<Trend>& trend) {
  auto& [count, x, y, xx, xy, yy] = trend;
  form(count, x, y, xx, xy, yy);
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<Course>& course) {
  auto& [width, segments] = course;
  form(width, segments);
  if constexpr (Form::reads) {
    form.require(width.count() > 0);
    if (form.is_damaged()) course = Course();
  }
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<Course::Segment>& segment) {
  auto& [count, latency] = segment;
  form(count, latency);
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<Levels>& levels) {
  auto& [buckets] = levels;
  form(buckets);
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<Levels::Bucket>& bucket) {
  auto& [count, in_flight, latency, log_latency, log_latency_squared] = bucket;
  // Most levels have no request.
  form(count);
  if (count > 0) form(in_flight, latency, log_latency, log_latency_squared);
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<Parts>& parts) {
  auto& [groups, tallies, statuses] = parts;
  std::uint64_t size = tallies.size();
  form(size);
  if constexpr (Form::reads) form.require(size == tallies.size());
  for (auto& tally : tallies) form(tally);
  std::uint64_t statuses_left = statuses.size();
  form(statuses_left);
  if constexpr (Form::reads) {
    for (; statuses_left > 0 && !form.is_damaged(); --statuses_left) {
      std::int64_t status = 0;
      form(status);
      form(statuses[status]);
    }
  } else {
    for (const auto& [status, requests] : statuses) form(status, requests);
  }
}

template <typename Form>
void TallyMembers::list(Form& form, typename Form::template As<GroupTally>& group) {
  auto& [latency, ttft, itl, requests, failed, tokens_out] = group;
  form(latency, ttft, itl, requests, failed, tokens_out);
}

bool TallyMembers::add_up(const std::vector<std::uint64_t>& counts, std::uint64_t sum) {
  for (const std::uint64_t count : counts) {
    if (count > sum) return false;
    sum -= count;
  }
  return sum == 0;
}

std::string bytes_of(const RunTally& tally) {
  ByteWriter writer;
  writer(form_version, tally);
  return writer.take();
}

Result<RunTally> tally_of(std::string_view bytes, std::shared_ptr<const Groups> groups) {
  ByteReader reader(bytes);
  std::uint64_t version = 0;
  reader(version);
  if (version != form_version) {
    return fail(ErrorCode::tally_unreadable,
                fmt::format("the tally has version {} of the form; this program reads version {}",
                            version, form_version));
  }
  RunTally tally;
  if (groups) tally.parts.emplace(std::move(groups));
  reader(tally);
  if (!reader.is_at_end()) {
    return fail(ErrorCode::tally_unreadable, "the bytes of the tally are damaged");
  }
  return tally;
}

}  // namespace paceline::stats
