#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <paceline/text/result.h>

namespace paceline::workload {

/// Lengths of synthetic prompts and their responses.
struct Synthetic {
  /// Tokens per prompt.
  std::uint64_t in = 0;
  /// Tokens per response.
  std::uint64_t out = 0;
};

/// Parses "IN:OUT", two numbers of tokens from 1 to 10,000,000, such as "1000:100". The error has
/// the code invalid_value.
Result<Synthetic> parse_synthetic(std::string_view text);

/// Appends a text of `tokens` tokens: that many common words, separated by spaces. Each word is one
/// token in the usual tokenizers (synthetic_words.h). The tokens of a chat template are extra.
///
/// The same salt and item give the same text on every machine. Prefix caches have no hits: for one
/// salt, the first words of any 1024 successive items differ, and so do the first three words of
/// any 2^30 successive items. Another salt gives other words.
void append_synthetic_text(std::uint64_t salt, std::uint64_t item, std::size_t tokens,
                           std::string& out);

}  // namespace paceline::workload
