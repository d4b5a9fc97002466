#pragma once

#include <endpoint/generation.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace paceline {

/// The `place`-th token of every response, from 0: a word of no meaning, with a space before it
/// unless it is the first. Needs no escapes in JSON.
std::string_view response_token(std::size_t place);

/// Appends the first `tokens` tokens.
void append_generated_text(std::size_t tokens, std::string& out);

/// Room for a token with its escapes.
using TokenRoom = std::array<char, 2 * json_token_bytes>;

/// The `place`-th token of this response, escaped for a JSON string. It lies in `room`, or outlives
/// it.
std::string_view token_of(const Generation& response, std::size_t place, TokenRoom& room);

/// Appends all tokens of a choice, escaped for a JSON string.
void append_text_of(const Generation& response, std::string& out);

}  // namespace paceline
