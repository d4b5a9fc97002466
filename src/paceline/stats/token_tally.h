#pragma once

#include <cstdint>

#include <paceline/stats/histogram.h>

namespace paceline {

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

}  // namespace paceline
