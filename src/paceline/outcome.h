#pragma once

#include <cstdint>
#include <optional>

#include <paceline/error.h>
#include <paceline/tally.h>

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

/// How many tokens a response was asked to have.
struct LengthAsked {
  std::uint64_t at_least = 0;
  std::uint64_t at_most = 0;
};

/// What a response came to.
struct Outcome {
  /// Empty: it succeeded.
  std::optional<Failure> failure;
  /// What went wrong, when it failed. The message never holds a key.
  Error error;
  std::optional<Usage> usage;
  /// The tokens that the events of a stream brought, where they are not usage's completion tokens:
  /// a server may keep thoughts to itself that it counts, or show some that it does not count.
  std::optional<std::uint64_t> streamed_tokens{};
  /// Nothing where any length will do.
  std::optional<LengthAsked> length_asked;
};

}  // namespace paceline
