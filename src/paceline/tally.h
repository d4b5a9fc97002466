#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <paceline/error.h>
#include <paceline/histogram.h>

namespace paceline {

/// Why a request came to nothing.
enum class Failure { connect, timeout, reset, http_4xx, http_429, http_5xx, bad_response, other };
constexpr std::size_t failure_kinds = 8;

/// What a run counted of a language model's tokens, over the requests that succeeded.
struct TokenTally {
  /// Time to first token: send to the first event with a token of any kind, such as a thought, the
  /// answer or a tool's call; of streamed responses.
  Histogram ttft;
  /// Time to first answer: send to the first event with a token that is no thought.
  Histogram ttfa;
  /// Inter-token latency: each gap between two events with tokens.
  Histogram itl;
  /// Time per output token: of each response of several events (last event - first) / (tokens - 1),
  /// of the tokens that these events brought.
  Histogram tpot;

  /// Streamed responses; those of them without any token, and those that began with thoughts.
  std::uint64_t streams = 0;
  std::uint64_t streams_without_tokens = 0;
  std::uint64_t streams_with_thoughts = 0;

  /// Responses whose output tokens the server told.
  std::uint64_t responses_with_usage = 0;
  /// Responses whose tokens were counted, an event with tokens as one, because the server did not
  /// tell.
  std::uint64_t responses_counted = 0;
  std::uint64_t out = 0;
  /// Tokens of the prompts, and the responses that told them.
  std::uint64_t in = 0;
  std::uint64_t responses_with_in = 0;
  /// Tokens of the prompts that a cache answered for, and the responses that told them.
  std::uint64_t cached = 0;
  std::uint64_t responses_with_cached = 0;

  /// Responses of which a length was asked, and those of them that had another.
  std::uint64_t lengths_asked = 0;
  std::uint64_t length_mismatches = 0;

  void merge(const TokenTally& other);

  std::uint64_t responses() const { return responses_with_usage + responses_counted; }
  /// The share of responses whose length was not the one asked for.
  double length_mismatch_ratio() const;
};

/// What a run counted. Times are from the start of the run.
struct Tally {
  /// Of requests that succeeded, send to last byte.
  Histogram latency;
  /// Of requests that succeeded, due time to last byte.
  Histogram due_latency;
  /// Send after due.
  Histogram late;
  /// Of requests that succeeded at a later try, first send to last byte; not in the others.
  Histogram retried_latency;
  /// Departure after the earliest time at which nothing but this program held it back.
  Histogram client_lag;

  /// Requests; each is counted once, however often it was sent.
  std::uint64_t planned = 0;
  std::uint64_t sent = 0;
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;
  std::uint64_t not_sent = 0;
  /// In flight when the run was stopped, and never answered: neither failures nor successes.
  std::uint64_t cut_off = 0;
  std::array<std::uint64_t, failure_kinds> failures{};
  /// Departures: requests that were sent, and their retries.
  std::uint64_t sends = 0;
  std::uint64_t retries = 0;
  /// Requests that failed at their last try.
  std::uint64_t retries_exhausted = 0;
  /// Failed requests that were to be tried again when the run was stopped.
  std::uint64_t abandoned = 0;
  /// Requests that were given up because the server asked for a longer wait than the run allows.
  std::uint64_t waits_too_long = 0;
  /// Responses 429, those that were retried too.
  std::uint64_t refused_429 = 0;
  /// Departures that waited because `parallel` were in flight, or for the token budget.
  std::uint64_t waits_for_parallel = 0;
  std::uint64_t waits_for_tokens = 0;
  /// For how long `parallel` in flight held the next request back, in all.
  std::chrono::nanoseconds parallel_wait{0};
  /// The longest time without a response while requests were in flight.
  std::chrono::nanoseconds longest_silence{0};
  /// How long sends that have ended were in flight, failures too, and how many those are.
  std::chrono::nanoseconds time_in_flight{0};
  std::uint64_t ended_sends = 0;
  /// Requests that succeeded and met the objective; nothing where none was given.
  std::optional<std::uint64_t> met_objective;
  /// The error of one of the failures.
  std::optional<Error> first_failure;

  /// Of a response, such as "HTTP/1.1"; empty when there was none.
  std::string http_version;

  TokenTally tokens;

  /// The most at once.
  std::uint64_t in_flight = 0;
  std::chrono::nanoseconds first_send = std::chrono::nanoseconds::max();
  std::chrono::nanoseconds last_send{0};
  std::chrono::nanoseconds last_done{0};
  /// Whether the run was stopped before all requests were sent.
  bool cut_short = false;
  /// Why the run ended itself early; nothing where it did not.
  std::optional<Error> stopped_why;
  /// Of the run's threads together.
  std::chrono::nanoseconds cpu_time{0};
  std::uint64_t threads = 1;

  /// Counts so many requests as failed, and keeps the first error.
  void count_failure(Failure failure, std::uint64_t requests, const Error& error);
  /// Adds what another stripe of the same run counted.
  void merge(const Tally& other);

  /// Whether every planned request came to something; false is a bug.
  bool adds_up() const { return planned == succeeded + failed + cut_off + not_sent; }
  std::uint64_t failed_by(Failure failure) const {
    return failures[static_cast<std::size_t>(failure)];
  }
  /// How long a send was in flight on average, failures too; 0 where none has ended.
  std::chrono::nanoseconds mean_time_in_flight() const;
  /// Sends a minute from the first to the last; 0 for fewer than two.
  double achieved_rpm() const;
  /// Responses a second from the first send to the last response.
  double rps() const;
  /// Requests a second that met the objective, over the same time; 0 without one.
  double goodput() const;
  /// Failed requests among those that ended.
  double error_ratio() const;
  /// The same without those that a stop has kept from being tried again.
  double settled_error_ratio() const;
  /// Requests that did not meet the objective among those that ended; 0 without one.
  double miss_ratio() const;
};

}  // namespace paceline
