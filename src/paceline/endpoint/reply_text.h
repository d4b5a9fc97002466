#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace paceline {

/// The `place`-th token of every reply, from 0: a word of no meaning, with a space before it unless
/// it is the first. Needs no escapes in JSON.
std::string_view reply_token(std::size_t place);

/// Appends the first `tokens` tokens.
void append_reply_text(std::size_t tokens, std::string& out);

}  // namespace paceline
