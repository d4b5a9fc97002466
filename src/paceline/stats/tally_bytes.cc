#include <paceline/stats/byte_form.h>
#include <paceline/stats/parts_bytes.h>
#include <paceline/stats/tally_bytes.h>
#include <paceline/stats/timeline_bytes.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace paceline::stats {
namespace {

/// Raise with every change of the bytes.
constexpr std::uint64_t form_version = 4;

/// Whether the numbers add up to `sum`.
bool add_up(const std::vector<std::uint64_t>& counts, std::uint64_t sum) {
  for (const std::uint64_t count : counts) {
    if (count > sum) return false;
    sum -= count;
  }
  return sum == 0;
}

const Tally& counts_of(const RunTally& tally) {
  return tally;
}

Tally& counts_of(RunTally& tally) {
  return tally;
}

}  // namespace

// A structured binding names every member of its class, so a new member does not compile until its
// place in the bytes is chosen.

template <>
struct Members<RunTally> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& tally) {
    form(counts_of(tally), tally.due_latency_trend, tally.course, tally.levels, tally.first_due,
         tally.last_due, tally.turns, tally.timeline, tally.ranks);
    bool has_parts = tally.parts.has_value();
    form(has_parts);
    if (!has_parts) return;
    if constexpr (Form::reads) {
      Groups groups;
      form(groups);
      form.require(Members<Groups>::have_places(groups));
      if (form.is_damaged()) return;
      tally.parts.emplace(std::make_shared<const Groups>(std::move(groups)));
    } else {
      form(tally.parts->groups());
    }
    form(*tally.parts);
  }
};

template <>
struct Members<Tally> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& tally) {
    auto& [latency, due_latency, late, retried_latency, client_lag, connect, planned, sent,
           succeeded, failed, connect_requests, not_sent, lost, cut_off, cancelled, failures, sends,
           retries, retries_exhausted, abandoned, waits_too_long, refused_429, waits_for_parallel,
           waits_for_tokens, parallel_wait, longest_silence, time_in_flight, ended_sends,
           met_objective, first_failure, http_version, tokens, in_flight, first_send, last_send,
           ended_by_second, last_done, cut_short, stopped_why, cpu_time, threads] = tally;
    form(latency, due_latency, late, retried_latency, client_lag, connect, planned, sent, succeeded,
         failed, connect_requests, not_sent, lost, cut_off, cancelled, failures, sends, retries,
         retries_exhausted, abandoned, waits_too_long, refused_429, waits_for_parallel,
         waits_for_tokens, parallel_wait, longest_silence, time_in_flight, ended_sends,
         met_objective, first_failure, http_version, tokens, in_flight, first_send, last_send,
         ended_by_second, last_done, cut_short, stopped_why, cpu_time, threads);
  }
};

template <>
struct Members<TokenTally> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& tokens) {
    auto& [ttft, ttfa, thinking, itl, tpot, stream_rates, streams, streams_without_tokens,
           streams_with_thoughts, responses_with_usage, responses_counted, out, out_by_second, in,
           responses_with_in, cached, responses_with_cached, prefixes, reasoning,
           responses_with_reasoning, lengths_asked, length_mismatches, finishes,
           responses_with_tool_calls, responses_with_valid_tool_calls, streamed, timed_parts,
           format] = tokens;
    form(ttft, ttfa, thinking, itl, tpot, stream_rates, streams, streams_without_tokens,
         streams_with_thoughts, responses_with_usage, responses_counted, out, out_by_second, in,
         responses_with_in, cached, responses_with_cached, prefixes, reasoning,
         responses_with_reasoning, lengths_asked, length_mismatches, finishes,
         responses_with_tool_calls, responses_with_valid_tool_calls, streamed, timed_parts, format);
  }
};

template <>
struct Members<PrefixTally> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& prefixes) {
    auto& [warm, cold, warm_ttft, cold_ttft] = prefixes;
    form(warm, cold, warm_ttft, cold_ttft);
  }
};

template <>
struct Members<FormatChecks> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& checks) {
    auto& [checked, valid] = checks;
    form(checked, valid);
  }
};

template <>
struct Members<RankPart> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& part) {
    auto& [rank, name, planned, late_p99, clock_error, is_lost] = part;
    form(rank, name, planned, late_p99, clock_error, is_lost);
  }
};

template <>
struct Members<Histogram> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& histogram) {
    auto& [buckets, groups, moments, min, max] = histogram;
    const std::size_t size = buckets.size();
    form.counts(buckets, size,
                [&histogram](std::size_t place) { return histogram.zeros_at(place); });
    form(moments, min, max);
    if constexpr (Form::reads) {
      // quantile() relies on the number of durations: a wrong one would lead past the last bucket.
      form.require(buckets.size() == size && add_up(buckets, moments.count()) &&
                   (moments.count() == 0 || min <= max));
      if (form.is_damaged()) {
        histogram = Histogram();
      } else {
        histogram.count_groups();
      }
    }
  }
};

template <>
struct Members<Moments> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& moments) {
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
};

template <>
struct Members<PerSecond> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& seconds) {
    auto& [counts] = seconds;
    form.counts(counts, std::chrono::seconds(PerSecond::longest).count());
  }
};

template <>
struct Members<Trend> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& trend) {
    auto& [count, x, y, xx, xy, yy] = trend;
    form(count, x, y, xx, xy, yy);
  }
};

template <>
struct Members<Course> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& course) {
    auto& [width, segments] = course;
    form(width, segments);
    if constexpr (Form::reads) {
      form.require(width.count() > 0);
      if (form.is_damaged()) course = Course();
    }
  }
};

template <>
struct Members<Course::Segment> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& segment) {
    auto& [count, latency] = segment;
    form(count, latency);
  }
};

template <>
struct Members<Levels> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& levels) {
    auto& [buckets] = levels;
    form(buckets);
  }
};

template <>
struct Members<Levels::Bucket> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& bucket) {
    auto& [count, in_flight, latency, log_latency, log_latency_squared] = bucket;
    // Most levels have no request.
    form(count);
    if (count > 0) form(in_flight, latency, log_latency, log_latency_squared);
  }
};

std::string bytes_of(const RunTally& tally) {
  ByteWriter writer;
  // A stage has no stages, so that reading damaged bytes does not nest.
  writer(form_version, tally, tally.stages);
  return writer.take();
}

std::optional<RunTally> tally_of(std::string_view bytes) {
  ByteReader reader(bytes);
  std::uint64_t version = 0;
  reader(version);
  if (version != form_version) return std::nullopt;
  std::optional<RunTally> tally(std::in_place);
  reader(*tally, tally->stages);
  if (!reader.is_at_end()) tally.reset();
  return tally;
}

}  // namespace paceline::stats
