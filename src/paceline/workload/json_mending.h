#pragma once

#include <string>
#include <string_view>

namespace paceline::workload {

/// Sets `mended` to a copy of `text` in which everything that some servers write, most clients
/// accept and a strict parser refuses is replaced: escapes of lone surrogates and invalid UTF-8 by
/// U+FFFD; NaN, Infinity and numbers beyond 64 bits by null. Returns whether anything was replaced.
bool mend_json(std::string_view text, std::string& mended);

/// The same for text that is valid by JSON's grammar: replaces only escapes of lone surrogates and
/// numbers beyond 64 bits.
bool mend_valid_json(std::string_view text, std::string& mended);

}  // namespace paceline::workload
