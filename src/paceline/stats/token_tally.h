#pragma once

#include <cstdint>

#include <paceline/stats/histogram.h>

namespace paceline {

/// What a run counted of a language model's tokens, over the requests that succeeded.
struct TokenTally {
  /// Time to first token: send to the first event with text; of streamed replies.
  Histogram ttft;
  /// Inter-token latency: each gap between two events with text.
  Histogram itl;
  /// Time per output token: of each reply of several events (last event - first) / (tokens - 1).
  Histogram tpot;

  /// Replies whose tokens the server told.
  std::uint64_t replies_with_usage = 0;
  /// Replies whose tokens were counted, an event with text as one, because the server did not tell.
  std::uint64_t replies_counted = 0;
  /// Of the prompts, where the server told.
  std::uint64_t in = 0;
  std::uint64_t cached = 0;
  std::uint64_t out = 0;

  /// Replies of which a length was asked, and those of them that had another.
  std::uint64_t lengths_asked = 0;
  std::uint64_t lengths_off = 0;

  void merge(const TokenTally& other);

  std::uint64_t replies() const { return replies_with_usage + replies_counted; }
  /// The share of replies whose length was not the one asked for.
  double off_ratio() const;
};

}  // namespace paceline
