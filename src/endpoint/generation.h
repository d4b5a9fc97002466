#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// Bytes of each token in a JSON response.
inline constexpr std::size_t json_token_bytes = 4;

/// A response that a request asks for, as the model would generate it.
struct Generation {
  std::string model;
  /// Of the response among all of them, for its ids.
  std::uint64_t number = 0;
  /// Seconds since 1970.
  std::uint64_t created = 0;
  std::size_t prompt_tokens = 0;
  std::size_t cached_tokens = 0;
  /// Of each choice.
  std::size_t tokens = 0;
  /// The number of choices that the request asks for, all of the same length.
  std::size_t choices = 1;
  /// Where the response is to be JSON: its text, of which each token has `json_token_bytes`, in
  /// ASCII. Tokens past its end are spaces. Empty: a response is words.
  std::string json;
  /// The prompts that its choices repeat; none where they do not.
  std::vector<std::string> echoes;
  /// Its last token is where its request's limit ends it.
  bool is_capped = false;
  bool streams = false;
  /// Whether a stream ends with the usage, where the API leaves that to the request.
  bool includes_usage = false;

  /// Of all choices together.
  std::size_t all_tokens() const { return tokens * choices; }
  /// The prompt that a choice begins with.
  std::string_view echo_of(std::size_t choice) const {
    return echoes.empty() ? std::string_view() : echoes[choice * echoes.size() / choices];
  }
  std::size_t total_tokens() const { return prompt_tokens + all_tokens(); }
};

}  // namespace paceline
