#pragma once

#include <endpoint/prefix_cache.h>
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace paceline::endpoint {

/// About how many tokens a text has: four bytes a token is OpenAI's own rule of thumb for English.
std::size_t tokens_of(std::string_view text);

/// Counts the tokens of a prompt, message by message, and looks it up in the cache on the way.
class PromptCounter {
 public:
  PromptCounter(PrefixCache& cache, std::string_view model);
  /// Of a prompt without messages, which costs nothing but its own tokens.
  static PromptCounter plain(PrefixCache& cache, std::string_view model);

  void add_message(std::string_view role, std::string_view text);
  /// Of whatever JSON: what has no text counts as a message without.
  void add_message(simdjson::dom::element message);

  void add_text(std::string_view text);
  /// Adds a token given by its number.
  void add_token(std::int64_t number);

  std::size_t tokens() const { return tokens_; }
  std::size_t cached_tokens() const { return cache_.cached_tokens(); }

 private:
  void add_role(std::string_view role);

  PrefixCache& cache_;
  std::size_t tokens_;
};

}  // namespace paceline::endpoint
