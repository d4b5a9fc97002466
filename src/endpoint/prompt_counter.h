#pragma once

#include <simdjson.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace paceline::endpoint {

/// Remembers prompts as a server of language models does, so that a later prompt finds the
/// beginning that it shares with earlier ones.
///
/// The unit is a block of 16 tokens, which is identified by its text and all text before it. The
/// number of blocks is limited: the least recently used one is replaced, within sets of 8.
class PrefixCache {
 public:
  static constexpr std::size_t block_tokens = 16;
  static constexpr std::size_t block_bytes = 4 * block_tokens;

  /// `blocks`: a power of two, at least 8. The default is a million tokens, in half a megabyte.
  explicit PrefixCache(std::size_t blocks = 1u << 16u);

  /// Begins a prompt. Models share no blocks.
  void begin(std::string_view model);
  /// Appends text to the prompt, and remembers each block that is full.
  void add(std::string_view text);
  /// Number of tokens at the beginning of the prompt that earlier prompts share.
  std::size_t cached_tokens() const { return found_ * block_tokens; }

 private:
  static constexpr std::size_t ways = 8;
  /// One cache line of the CPU. The most recently used block is the first.
  struct alignas(64) Set {
    std::array<std::uint64_t, ways> keys;
  };

  void add_block(const char* text);
  bool touch(std::uint64_t key);

  std::vector<Set> sets_;
  std::uint64_t chain_ = 0;
  std::size_t found_ = 0;
  bool all_found_ = true;
  std::array<char, block_bytes> part_{};
  std::size_t part_size_ = 0;
};

/// The approximate number of tokens of a text: OpenAI's rule of thumb is four bytes per token.
std::size_t tokens_of(std::string_view text);

/// Counts the tokens of a prompt, and looks the prompt up in the cache.
class PromptCounter {
 public:
  /// For a prompt of messages. `cache` outlives the counter, and serves one counter at a time.
  PromptCounter(PrefixCache& cache, std::string_view model);
  /// For a prompt without messages, which has no tokens around its text.
  static PromptCounter plain(PrefixCache& cache, std::string_view model);

  void add_message(std::string_view role, std::string_view text);
  /// `message` may be any JSON. Parts without text are ignored.
  void add_message(simdjson::dom::element message);

  void add_text(std::string_view text);
  /// Adds a token that is given by its number.
  void add_token(std::int64_t number);

  std::size_t tokens() const { return tokens_; }
  std::size_t cached_tokens() const { return cache_.cached_tokens(); }

 private:
  void add_role(std::string_view role);

  PrefixCache& cache_;
  std::size_t tokens_;
};

}  // namespace paceline::endpoint
