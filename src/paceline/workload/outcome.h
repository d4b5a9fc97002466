#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <paceline/stats/tally.h>

namespace paceline {

/// Tokens as the server counted them; each where it told.
struct Usage {
  std::optional<std::uint64_t> prompt_tokens{};
  std::optional<std::uint64_t> completion_tokens{};
  /// Of the prompt's, those that a cache of the server answered for.
  std::optional<std::uint64_t> cached_tokens{};
  /// Of the completion's, the thoughts.
  std::optional<std::uint64_t> reasoning_tokens{};
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
  /// Of usage's completion tokens, those that no event of the stream brought: thoughts that the
  /// server keeps to itself.
  std::uint64_t hidden_tokens = 0;
  /// Nothing where any length will do.
  std::optional<LengthAsked> length_asked;
};

}  // namespace paceline
