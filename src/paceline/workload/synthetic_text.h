#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace paceline {

/// Prompts and responses of a chosen length.
struct Synthetic {
  /// Tokens of each prompt.
  std::uint64_t in = 0;
  /// Tokens of each response.
  std::uint64_t out = 0;
};

/// Reads "IN:OUT", two numbers of tokens from 1 to 10,000,000, such as "1000:100". The string is a
/// sentence for the caller: it names the text and shows how to write one.
std::variant<Synthetic, std::string> parse_synthetic(std::string_view text);

/// Appends a text of `tokens` tokens: that many common words with spaces between them, one token
/// each in the usual tokenizers (see synthetic_words.h). What a chat template puts around a prompt
/// comes on top.
///
/// The same salt and item give the same text on every machine. No cache of prompts helps: of one
/// salt, any 1024 items in a row differ in their first word already, and any 2^30 in their first
/// three; other salts have other words.
void append_synthetic_text(std::uint64_t salt, std::uint64_t item, std::size_t tokens,
                           std::string& out);

}  // namespace paceline
