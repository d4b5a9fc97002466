#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

namespace paceline {

// What a server says went wrong, on one line of at most 300 bytes, cut between characters. Empty
// where it says nothing.

/// From JSON in any of the shapes that servers and gateways give their errors. Empty too where no
/// part of it is known to be a message.
std::string words_of_error(simdjson::dom::element error);

/// From any other text: of HTML the title or else the text without its tags. Empty for binary data.
std::string words_of_text(std::string_view text);

/// The sentence, and behind a colon the words, where there are any.
std::string with_words(std::string_view sentence, std::string_view words);

}  // namespace paceline
