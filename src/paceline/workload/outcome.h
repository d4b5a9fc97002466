#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <paceline/stats/tally.h>

namespace paceline {

/// Tokens as the server counted them.
struct Usage {
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
  /// Of the prompt's, those that a cache of the server answered for; 0 where it does not tell.
  std::uint64_t cached_tokens = 0;
};

/// How many tokens a reply was asked to have.
struct LengthAsked {
  std::uint64_t at_least = 0;
  std::uint64_t at_most = 0;
};

/// What a reply came to.
struct Outcome {
  /// Empty: it succeeded.
  std::optional<Failure> failure;
  /// A sentence when it failed; never holds a key.
  std::string why;
  std::optional<Usage> usage;
  /// Nothing where any length will do.
  std::optional<LengthAsked> length_asked;
};

}  // namespace paceline
