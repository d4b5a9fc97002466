#pragma once

#include <strings.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace paceline::text {

/// Whether two texts are equal, ignoring the case of ASCII letters.
inline bool equals_ignoring_case(std::string_view one, std::string_view other) {
  return one.size() == other.size() && strncasecmp(one.data(), other.data(), one.size()) == 0;
}

/// Whether `text` begins with `start`, ignoring the case of ASCII letters.
inline bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return equals_ignoring_case(text.substr(0, start.size()), start);
}

/// Whether `text` ends with `end`, ignoring the case of ASCII letters.
inline bool ends_with_ignoring_case(std::string_view text, std::string_view end) {
  return text.size() >= end.size() &&
         equals_ignoring_case(text.substr(text.size() - end.size()), end);
}

/// Whether the character is a letter or a digit of ASCII.
inline bool is_alphanumeric(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9');
}

/// The name of a header line.
inline std::string_view name_of_header(std::string_view line) {
  return line.substr(0, line.find(':'));
}

/// Whether the character is a control character of ASCII.
inline bool is_control(char letter) {
  return static_cast<unsigned char>(letter) < ' ' || letter == '\x7f';
}

/// `text` without spaces, tabs and line breaks at its ends.
std::string_view without_spaces(std::string_view text);

/// Empties a string and frees its memory. Assigning an empty string would keep the memory.
inline void release_memory(std::string& text) noexcept {
  std::string().swap(text);
}

/// U+FFFD, which replaces bytes and characters that cannot be shown.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// The byte order mark of UTF-8, U+FEFF. It may precede a text and is not a part of the text.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Length of the UTF-8 character at the front of `text`, 1 to 4; 0 if there is no valid one.
std::size_t character_length(std::string_view text);

/// `text` if it is valid UTF-8. Otherwise `repaired`, a copy with each invalid byte as U+FFFD.
std::string_view valid_utf8(std::string_view text, std::string& repaired);

/// The longest prefix of `text` that fits into `longest` bytes and ends with a whole character.
std::string_view cut_utf8(std::string_view text, std::size_t longest);

/// Appends `text` as a JSON string with its quotes. Each byte that is not UTF-8 becomes U+FFFD.
/// Control characters that JSON allows are escaped as escape_controls() does.
void append_json_string(std::string_view text, std::string& out);

/// `text` as append_json_string() writes it.
std::string json_quoted(std::string_view text);

/// Escapes the control characters that JSON allows inside strings, DEL and U+0080 to U+009F, so
/// that a terminal that shows `json` does not act on them. The value stays the same.
void escape_controls(std::string& json);

/// The text in single quotes, as a word of a shell.
std::string in_single_quotes(const std::string& text);

/// The text as a word of a shell: in quotes, unless the text has no letter with a meaning.
std::string shell_word(const std::string& text);

/// Appends bytes in base64 with padding (RFC 4648, section 4).
void append_base64(std::string_view bytes, std::string& out);

/// Appends the digits of `number`, with leading zeros up to `width`.
void append_number(std::uint64_t number, std::string& out, std::size_t width = 0);

}  // namespace paceline::text
