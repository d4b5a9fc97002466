#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

namespace paceline::workload {

// Error messages of servers, on one line of at most 300 bytes, truncated between characters. Empty
// if there is no message.

/// The message in JSON of any of the forms in which servers and gateways report errors.
std::string words_of_error(simdjson::dom::element error);

/// The message in any other text. HTML yields its title, or else its text without tags. Empty for
/// binary data.
std::string words_of_text(std::string_view text);

/// The sentence followed by a colon and the words, or the sentence alone if there are none.
std::string with_words(std::string_view sentence, std::string_view words);

}  // namespace paceline::workload
