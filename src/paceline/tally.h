#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/error.h>
#include <paceline/histogram.h>
#include <paceline/moments.h>
#include <paceline/per_second.h>

namespace paceline {

/// The kinds of failures of a request.
enum class Failure { connect, timeout, reset, http_4xx, http_429, http_5xx, bad_response, other };
/// The number of kinds.
constexpr std::size_t failure_kinds = 8;

/// Why a response ended, as the server reports it.
enum class Finish {
  /// The model ended the response.
  stop,
  /// The response has as many tokens as were allowed.
  length,
  tool_calls,
  content_filter,
  other,
};
/// The number of reasons.
constexpr std::size_t finish_kinds = 5;
/// "stop", "length", "tool_calls", "content_filter" or "other".
constexpr std::string_view name_of(Finish finish) {
  constexpr std::array<std::string_view, finish_kinds> names{"stop", "length", "tool_calls",
                                                             "content_filter", "other"};
  return names[static_cast<std::size_t>(finish)];
}

/// Successful responses that were checked for the format that was asked for.
struct FormatChecks {
  /// The responses that were checked.
  std::uint64_t checked = 0;
  /// The responses that have the format.
  std::uint64_t valid = 0;
};

/// Requests whose prompts begin with a shared prefix (Prompt::shared_prefix_tokens), by whether the
/// server had the prefix in its cache. Responses that do not report cached tokens do not count.
struct PrefixTally {
  /// At least half of the prefix came from the cache.
  std::uint64_t warm = 0;
  /// Less than half of the prefix came from the cache.
  std::uint64_t cold = 0;
  /// Time to first token of the warm ones that stream; nothing if there is none.
  std::optional<Histogram> warm_ttft{};
  /// Time to first token of the cold ones that stream; nothing if there is none.
  std::optional<Histogram> cold_ttft{};

  /// Adds the counts of another stripe of the same run.
  void merge(const PrefixTally& other);
  /// The share of warm requests; 0 if there is no request.
  double warm_ratio() const;
};

/// The token counts and times of a run, over the requests that succeeded.
struct TokenTally {
  /// Time to first token of streamed responses: send to the first event with a token of reasoning,
  /// of the answer or of a tool call.
  Histogram ttft;
  /// Time to first answer: send to the first event with a token that is not reasoning.
  Histogram ttfa;
  /// From the first event of a response that began with reasoning to the first event of its answer.
  Histogram thinking;
  /// Inter-token latency: each gap between two events with tokens.
  Histogram itl;
  /// Time per output token of each response with several events: (last event - first event) /
  /// (tokens - 1), over the tokens in these events.
  Histogram tpot;
  /// The rate of each streamed response with tokens, in millionths of a token per second: output
  /// tokens / (last byte - send).
  Moments stream_rates;

  /// Streamed responses.
  std::uint64_t streams = 0;
  /// Streamed responses without any token.
  std::uint64_t streams_without_tokens = 0;
  /// Streamed responses that began with reasoning.
  std::uint64_t streams_with_thoughts = 0;

  /// Responses whose usage reported the output tokens.
  std::uint64_t responses_with_usage = 0;
  /// Responses without usage, whose events with tokens were counted instead.
  std::uint64_t responses_counted = 0;
  /// Output tokens.
  std::uint64_t out = 0;
  /// Output tokens by the second of their arrival. The tokens of a streamed response are spread
  /// evenly over its events. Tokens that no event had count with the first event, and tokens of a
  /// response without events with its last byte.
  PerSecond out_by_second;
  /// Tokens of the prompts.
  std::uint64_t in = 0;
  /// Responses that reported the tokens of the prompt.
  std::uint64_t responses_with_in = 0;
  /// Prompt tokens that a server read from a cache.
  std::uint64_t cached = 0;
  /// Responses that reported the cached tokens of the prompt.
  std::uint64_t responses_with_cached = 0;
  /// Requests by whether their prefix was cached; none without a prefix.
  PrefixTally prefixes;

  /// Output tokens that are reasoning, sent or not. They are a part of `out`.
  std::uint64_t reasoning = 0;
  /// Responses that reported the reasoning tokens.
  std::uint64_t responses_with_reasoning = 0;

  /// Responses with a requested length.
  std::uint64_t lengths_asked = 0;
  /// Responses that did not have the requested length.
  std::uint64_t length_mismatches = 0;

  /// Responses by the reason for their end, if the server reported one; see finish_ratio().
  std::array<std::uint64_t, finish_kinds> finishes{};
  /// Responses with tool calls.
  std::uint64_t responses_with_tool_calls = 0;
  /// Responses with tool calls whose arguments are all valid JSON.
  std::uint64_t responses_with_valid_tool_calls = 0;

  /// Tokens of the streamed responses with usage.
  std::uint64_t streamed = 0;
  /// The parts of these responses with an arrival time of their own: events, or tokens if each
  /// event had the usage.
  std::uint64_t timed_parts = 0;
  /// Responses by the format that was asked for; none without a format.
  FormatChecks format;

  /// Adds the counts of another stripe of the same run.
  void merge(const TokenTally& other);
  /// Tokens per event of the streamed responses with usage; 0 if there is none.
  double tokens_per_event() const;

  /// Responses whose output tokens are known.
  std::uint64_t responses() const { return responses_with_usage + responses_counted; }
  /// Responses with a known reason for their end.
  std::uint64_t responses_with_finish() const;
  /// The share of these responses that ended for this reason; 0 if no reason is known.
  double finish_ratio(Finish finish) const;
  /// Tokens per second of a streamed response, the mean over these responses; 0 if there is none.
  double tokens_per_user() const;
  /// The share of responses that did not have the requested length.
  double length_mismatch_ratio() const;
};

/// The counts and times of a run. Times are from the start of the run. Tallies of stripes merge
/// exactly.
struct Tally {
  /// Send to last byte, of requests that succeeded at the first try.
  Histogram latency;
  /// Due time to last byte, of the same requests.
  Histogram due_latency;
  /// Due time to send.
  Histogram late;
  /// First send to last byte, of requests that succeeded at a later try.
  Histogram retried_latency;
  /// How long only this program delayed each departure.
  Histogram client_lag;
  /// How long the opening of each connection took: TCP and TLS. Those of the warm-up, and those
  /// that were opened before the first request, are included.
  Histogram connect;

  /// Requests that the run was to send. Each request is counted once, however often it was sent.
  std::uint64_t planned = 0;
  /// Requests that were sent.
  std::uint64_t sent = 0;
  /// Requests that succeeded.
  std::uint64_t succeeded = 0;
  /// Requests that failed.
  std::uint64_t failed = 0;
  /// Requests in `latency` that waited for a new connection, so that their latency contains its
  /// opening.
  std::uint64_t connect_requests = 0;
  /// Requests that a stop kept from being sent.
  std::uint64_t not_sent = 0;
  /// Requests of processes that were lost during the run, so that nothing is known of them.
  std::uint64_t lost = 0;
  /// Requests without a response when the run was stopped: neither successes nor failures.
  std::uint64_t cut_off = 0;
  /// Requests that the run cancelled before their responses had ended (RunOptions::cancellation):
  /// neither successes nor failures. Of their times only `late` and `time_in_flight` count.
  std::uint64_t cancelled = 0;
  /// Failed requests by reason; see failed_by().
  std::array<std::uint64_t, failure_kinds> failures{};
  /// Departures: first sends and retries.
  std::uint64_t sends = 0;
  /// Departures that were retries.
  std::uint64_t retries = 0;
  /// Requests that failed at their last try.
  std::uint64_t retries_exhausted = 0;
  /// Failed requests that waited for a retry when the run was stopped.
  std::uint64_t abandoned = 0;
  /// Requests that failed because the server asked for a longer wait than the run allows.
  std::uint64_t waits_too_long = 0;
  /// Responses 429, including retried ones.
  std::uint64_t refused_429 = 0;
  /// Departures that waited for a request in flight to end.
  std::uint64_t waits_for_parallel = 0;
  /// Departures that waited for the token budget.
  std::uint64_t waits_for_tokens = 0;
  /// The total time for which `parallel` held the next request back.
  std::chrono::nanoseconds parallel_wait{0};
  /// The longest time without a response while requests were in flight.
  std::chrono::nanoseconds longest_silence{0};
  /// The total time in flight of sends that have ended, including failures and cancellations.
  std::chrono::nanoseconds time_in_flight{0};
  /// Number of sends that have ended.
  std::uint64_t ended_sends = 0;
  /// Requests that succeeded and met the objective; nothing without an objective.
  std::optional<std::uint64_t> met_objective;
  /// The error of one of the failures.
  std::optional<Error> first_failure;

  /// The HTTP version of a response, such as "HTTP/1.1"; empty: no response.
  std::string http_version;

  /// Counts and times of tokens.
  TokenTally tokens;

  /// The most requests in flight at once.
  std::uint64_t in_flight = 0;
  /// Time of the first send.
  std::chrono::nanoseconds first_send = std::chrono::nanoseconds::max();
  /// Time of the last send.
  std::chrono::nanoseconds last_send{0};
  /// Responses, including failures, by the second of their last byte.
  PerSecond ended_by_second;
  /// Time of the last response or cancellation.
  std::chrono::nanoseconds last_done{0};
  /// Whether the run was stopped before all requests were sent.
  bool cut_short = false;
  /// Why the run ended itself early; nothing if it did not.
  std::optional<Error> stopped_why;
  /// The CPU time of the run's threads together, from the first counted request.
  std::chrono::nanoseconds cpu_time{0};
  /// Number of threads of the run.
  std::uint64_t threads = 1;

  /// Counts this many requests as failed, and keeps the first error.
  void count_failure(Failure failure, std::uint64_t requests, const Error& error);
  /// Adds the tally of another stripe of the same run.
  void merge(const Tally& other);

  /// Whether every planned request is accounted for. False is a bug.
  bool adds_up() const {
    return planned == succeeded + failed + cancelled + cut_off + not_sent + lost;
  }
  /// Requests that failed for this reason.
  std::uint64_t failed_by(Failure failure) const {
    return failures[static_cast<std::size_t>(failure)];
  }
  /// The mean time in flight of a send, including failures; 0 if no send has ended.
  std::chrono::nanoseconds mean_time_in_flight() const;
  /// Sends per minute from the first send to the last; 0 for fewer than two sends.
  double achieved_rpm() const;
  /// Responses per second from the first send to the last response.
  double rps() const;
  /// Requests per second that met the objective, over the same time; 0 without an objective.
  double goodput() const;
  /// The share that failed of the requests that succeeded or failed.
  double error_ratio() const;
  /// The same without abandoned requests.
  double settled_error_ratio() const;
  /// The share of the same requests that did not meet the objective; 0 without an objective.
  double miss_ratio() const;
};

}  // namespace paceline
