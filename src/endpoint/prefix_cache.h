#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace paceline::endpoint {

/// Remembers prompts as a server of language models does: in blocks of 16 tokens, each known by its
/// own text and all before it, so that a later prompt finds the beginning that it shares. Bounded:
/// the blocks used longest ago make way (within sets of 8, as in a processor's cache).
class PrefixCache {
 public:
  static constexpr std::size_t block_tokens = 16;
  static constexpr std::size_t block_bytes = 4 * block_tokens;

  /// `blocks`: a power of two, at least 8. By default a million tokens, in half a megabyte.
  explicit PrefixCache(std::size_t blocks = 1u << 16u);

  /// Begins a prompt; models share nothing.
  void begin(std::string_view model);
  /// The prompt goes on: remembers each block that this fills.
  void add(std::string_view text);
  /// How many of its first tokens earlier prompts have left here.
  std::size_t cached_tokens() const { return found_ * block_tokens; }

 private:
  static constexpr std::size_t ways = 8;
  struct alignas(64) Set {                 // a line of the CPU's cache
    std::array<std::uint64_t, ways> keys;  // the block used last is the first
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

}  // namespace paceline::endpoint
