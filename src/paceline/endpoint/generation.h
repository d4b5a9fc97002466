#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace paceline {

/// A reply that a request asks for, as the model would generate it.
struct Generation {
  std::string model;
  /// Of the reply among all of them, for its ids.
  std::uint64_t number = 0;
  /// Seconds since 1970.
  std::uint64_t created = 0;
  std::size_t prompt_tokens = 0;
  std::size_t cached_tokens = 0;
  std::size_t tokens = 0;
  /// Its last token is where its request's limit ends it.
  bool is_capped = false;
  bool streams = false;
  /// Whether a stream ends with the usage, where the API leaves that to the request.
  bool includes_usage = false;

  std::size_t total_tokens() const { return prompt_tokens + tokens; }
};

}  // namespace paceline
