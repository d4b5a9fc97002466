#pragma once

#include <simdjson.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace paceline::api {

/// Sets `mended` to a copy of `text` without the errors that some servers make and most clients
/// accept: replaces escapes of lone surrogates and invalid UTF-8 with U+FFFD, and NaN, Infinity and
/// numbers beyond 64 bits with null. Returns whether anything was replaced.
bool mend_json(std::string_view text, std::string& mended);

/// Like mend_json() for text that is valid by JSON's grammar: replaces only escapes of lone
/// surrogates and numbers beyond 64 bits.
bool mend_valid_json(std::string_view text, std::string& mended);

/// Parses JSON as servers write it, one text after another. Not thread-safe.
class JsonReader {
 public:
  /// Parses `text`, without a byte order mark. If strict JSON refuses the text, it is mended and
  /// parsed again (mend_json). The values are valid until the next call.
  /// Precondition: simdjson's padding bytes after `text` are readable.
  simdjson::simdjson_result<simdjson::dom::element> parse(std::string_view text);
  /// Parses a string in the same way; its capacity grows by the padding. If the text is large, only
  /// an outline is parsed (outline_json).
  simdjson::simdjson_result<simdjson::dom::element> parse(std::string& text);

 private:
  simdjson::dom::parser parser_;
  std::string mended_;
  std::string outline_;
};

/// Copies JSON, and truncates long strings and long arrays of numbers. A parser needs up to 14
/// times the size of its input, and readers of a response need its structure only. Valid JSON stays
/// valid. Errors within an omitted part go unnoticed.
void outline_json(std::string_view text, std::string& outline);

/// Sets `value` and returns true if the element exists and has that type.
template <typename Value>
bool read_value(simdjson::simdjson_result<simdjson::dom::element> found, Value& value) {
  return found.get(value) == simdjson::SUCCESS;
}

/// The element as the result of a successful look-up.
inline simdjson::simdjson_result<simdjson::dom::element> as_found(simdjson::dom::element element) {
  // The constructor takes an rvalue.
  return simdjson::simdjson_result<simdjson::dom::element>(simdjson::dom::element(element));
}

/// Whether the element exists and is not null.
inline bool has_value(simdjson::simdjson_result<simdjson::dom::element> found) {
  simdjson::dom::element element;
  return found.get(element) == simdjson::SUCCESS && !element.is_null();
}

/// Length of a string in bytes; 0 for any other value.
inline std::size_t bytes_of(simdjson::simdjson_result<simdjson::dom::element> found) {
  std::string_view text;
  return read_value(found, text) ? text.size() : 0;
}

}  // namespace paceline::api
