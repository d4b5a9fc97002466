#pragma once

#include <string>
#include <string_view>

namespace paceline {

/// Puts into `mended` what `text` says in JSON that a strict parser takes. False: nothing in it is
/// of the kinds that are mended, and `mended` is `text`.
///
/// Mended are what some servers write and most clients read: escapes of lone surrogates and bytes
/// that are no UTF-8 become U+FFFD; NaN, Infinity and numbers beyond 64 bits become null.
bool mend_json(std::string_view text, std::string& mended);

/// The same of text that is valid JSON by its grammar: escapes of lone surrogates and numbers
/// beyond 64 bits only.
bool mend_valid_json(std::string_view text, std::string& mended);

}  // namespace paceline
