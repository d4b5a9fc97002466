#pragma once

#include <cstdint>
#include <optional>

#include <paceline/error.h>
#include <paceline/tally.h>

namespace paceline {

/// Numbers of tokens as the server reports them; nothing where the server reports none.
struct Usage {
  std::optional<std::uint64_t> prompt_tokens{};
  std::optional<std::uint64_t> completion_tokens{};
  /// Prompt tokens that the server read from a cache.
  std::optional<std::uint64_t> cached_tokens{};
  /// Completion tokens that are reasoning.
  std::optional<std::uint64_t> reasoning_tokens{};
};

/// The number of tokens that was requested of a response.
struct LengthAsked {
  std::uint64_t at_least = 0;
  std::uint64_t at_most = 0;
};

/// The result of a request.
struct Outcome {
  /// Empty: the request succeeded.
  std::optional<Failure> failure;
  /// Why the request failed. The message may contain text from the server, so pass it through the
  /// gate.
  Error error;
  std::optional<Usage> usage;
  /// Number of streamed tokens where it differs from usage's completion tokens: a server may count
  /// reasoning that it does not send, or send reasoning that it does not count.
  std::optional<std::uint64_t> streamed_tokens{};
  /// Nothing if any length is accepted.
  std::optional<LengthAsked> length_asked;
};

}  // namespace paceline
