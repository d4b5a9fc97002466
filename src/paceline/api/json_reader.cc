#include <paceline/api/json_reader.h>
#include <paceline/text/numbers.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>

namespace paceline::api {
namespace {

constexpr std::string_view replacement_escape = "\\ufffd";
constexpr std::size_t escape_length = 6;

/// The UTF-16 code unit of the escape \uXXXX at the front of `text`.
std::optional<unsigned> escaped_unit(std::string_view text) {
  if (text.size() < escape_length || !text.starts_with("\\u")) return std::nullopt;
  return text::parse_number(text.substr(2, 4), 0U, 0xFFFFU, 16);
}

bool is_high_surrogate(std::optional<unsigned> unit) {
  return unit && *unit >= 0xD800 && *unit < 0xDC00;
}

bool is_low_surrogate(std::optional<unsigned> unit) {
  return unit && *unit >= 0xDC00 && *unit < 0xE000;
}

/// Whether the number fits into 64 bits.
bool fits(std::string_view number) {
  const char* end = number.data() + number.size();
  if (number.find_first_of(".eE") != std::string_view::npos) {
    double value = 0;
    return std::from_chars(number.data(), end, value).ec != std::errc::result_out_of_range;
  }
  std::int64_t signed_value = 0;
  std::uint64_t value = 0;
  return std::from_chars(number.data(), end, signed_value).ec != std::errc::result_out_of_range ||
         std::from_chars(number.data(), end, value).ec == std::errc();
}

/// Copies a text from front to back, and replaces the parts that need it.
class JsonMender {
 public:
  JsonMender(std::string_view text, std::string& mended, bool is_valid)
      : left_(text), mended_(mended), is_valid_(is_valid) {
    mended_.clear();
    mended_.reserve(text.size() + text.size() / 8);
  }

  bool mend() {
    while (!left_.empty()) {
      if (left_.front() == '"') {
        keep(1);
        read_string();
      } else {
        read_outside();
      }
    }
    return has_mended_;
  }

 private:
  void keep(std::size_t length) {
    mended_.append(left_.substr(0, length));
    left_.remove_prefix(std::min(length, left_.size()));
  }

  void replace(std::size_t length, std::string_view by) {
    mended_.append(by);
    left_.remove_prefix(length);
    has_mended_ = true;
  }

  void read_string() {
    while (!left_.empty()) {
      keep(static_cast<std::size_t>(
          std::find_if(left_.begin(), left_.end(),
                       [this](char letter) { return is_special(letter); }) -
          left_.begin()));
      if (left_.empty()) return;
      if (left_.front() == '"') return keep(1);
      if (left_.front() == '\\') {
        read_escape();
      } else if (const std::size_t length = text::character_length(left_); length == 0) {
        replace(1, text::replacement_character);
      } else {
        keep(length);
      }
    }
  }

  /// Whether a character of a string may begin a part that is replaced, or ends the string.
  bool is_special(char letter) const {
    return letter == '"' || letter == '\\' ||
           (!is_valid_ && static_cast<unsigned char>(letter) >= 0x80);
  }

  void read_escape() {
    const std::optional<unsigned> unit = escaped_unit(left_);
    if (!unit) return keep(2);
    if (is_high_surrogate(unit) && is_low_surrogate(escaped_unit(left_.substr(escape_length)))) {
      keep(2 * escape_length);
    } else if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
      replace(escape_length, replacement_escape);
    } else {
      keep(escape_length);
    }
  }

  void read_outside() {
    constexpr std::array<std::string_view, 5> no_numbers{"NaN", "-NaN", "Infinity", "-Infinity",
                                                         "+Infinity"};
    constexpr std::string_view beginnings = "\"-+0123456789NI";
    keep(std::min(left_.find_first_of(beginnings), left_.size()));
    if (left_.empty() || left_.front() == '"') return;
    for (const std::string_view name : no_numbers) {
      if (!is_valid_ && left_.starts_with(name)) return replace(name.size(), "null");
    }
    const char first = left_.front();
    if (first != '-' && (first < '0' || first > '9')) return keep(1);
    const std::size_t length = std::min(left_.find_first_not_of("-+.0123456789eE"), left_.size());
    if (fits(left_.substr(0, length))) return keep(length);
    replace(length, "null");
  }

  std::string_view left_;
  std::string& mended_;
  bool is_valid_;
  bool has_mended_ = false;
};

}  // namespace

bool mend_json(std::string_view text, std::string& mended) {
  return JsonMender(text, mended, false).mend();
}

bool mend_valid_json(std::string_view text, std::string& mended) {
  return JsonMender(text, mended, true).mend();
}

namespace {

// Mending takes several times as long as parsing, and blocks the loop.
constexpr std::size_t longest_mended = std::size_t{4} << 20U;
// Buffers above this size are freed, so that one large response does not occupy memory for the rest
// of the run.
constexpr std::size_t most_kept = std::size_t{1} << 20U;

/// Responses and events are objects or arrays.
bool is_worth_mending(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return text.size() <= longest_mended && begin != std::string_view::npos &&
         (text[begin] == '{' || text[begin] == '[');
}

constexpr std::size_t longest_part = 4096;
/// Length of an escape such as \u00e9.
constexpr std::size_t unit_escape = 6;

std::size_t trailing_backslashes(std::string_view text) {
  const std::size_t last = text.find_last_not_of('\\');
  return last == std::string_view::npos ? text.size() : text.size() - last - 1;
}

/// Position of the closing quote of a string whose content begins at `text`.
std::size_t end_of_string(std::string_view text) {
  std::size_t quote = text.find('"');
  while (quote != std::string_view::npos && trailing_backslashes(text.substr(0, quote)) % 2 == 1) {
    quote = text.find('"', quote + 1);
  }
  return std::min(quote, text.size());
}

/// Whether `text` ends with the escape of a high surrogate, whose low surrogate would be cut off.
bool ends_with_high_surrogate(std::string_view text) {
  if (text.size() < unit_escape) return false;
  const std::string_view escape = text.substr(text.size() - unit_escape);
  return escape.starts_with("\\u") && (escape[2] == 'd' || escape[2] == 'D') &&
         std::string_view("89abAB").find(escape[3]) != std::string_view::npos;
}

/// The beginning of a string's content. Splits no escape and no character.
std::string_view cut_string(std::string_view content) {
  if (content.size() <= longest_part) return content;
  std::string_view kept = text::cut_utf8(content, longest_part);
  kept = kept.substr(0, kept.find('\\', kept.size() - 2 * unit_escape));
  if (ends_with_high_surrogate(kept)) kept.remove_suffix(unit_escape);
  if (trailing_backslashes(kept) % 2 == 1) kept.remove_suffix(1);
  return kept;
}

}  // namespace

void outline_json(std::string_view text, std::string& outline) {
  constexpr std::string_view of_numbers = "-+.0123456789eE, \t\r\n";
  outline.clear();
  while (!text.empty()) {
    const std::size_t row = std::min(text.find_first_not_of(of_numbers), text.size());
    const std::size_t comma = row > longest_part ? text.rfind(',', longest_part) : row;
    if (comma < row) {
      outline += text.substr(0, comma);
      if (row < text.size() && text[row] != ']') outline += ',';
    } else {
      outline += text.substr(0, row);
    }
    text.remove_prefix(row);
    if (text.empty()) return;
    const bool is_string = text.front() == '"';
    outline += text.front();
    text.remove_prefix(1);
    if (!is_string) continue;
    const std::size_t end = end_of_string(text);
    outline += cut_string(text.substr(0, end));
    text.remove_prefix(end);
    if (text.empty()) return;
    outline += '"';
    text.remove_prefix(1);
  }
}

simdjson::simdjson_result<simdjson::dom::element> JsonReader::parse(std::string_view text) {
  if (mended_.capacity() > most_kept) text::release_memory(mended_);
  if (parser_.capacity() > most_kept && text.size() <= most_kept) parser_ = simdjson::dom::parser();
  if (text.starts_with(text::byte_order_mark)) text.remove_prefix(text::byte_order_mark.size());
  const auto parsed = parser_.parse(text.data(), text.size(), false);
  if (parsed.error() == simdjson::SUCCESS || !is_worth_mending(text) || !mend_json(text, mended_)) {
    return parsed;
  }
  mended_.reserve(mended_.size() + simdjson::SIMDJSON_PADDING);
  return parser_.parse(mended_.data(), mended_.size(), false);
}

simdjson::simdjson_result<simdjson::dom::element> JsonReader::parse(std::string& text) {
  if (outline_.capacity() > most_kept) text::release_memory(outline_);
  const bool is_large = text.size() > most_kept;
  if (is_large) outline_json(text, outline_);
  std::string& parsed = is_large ? outline_ : text;
  parsed.reserve(parsed.size() + simdjson::SIMDJSON_PADDING);
  return parse(std::string_view(parsed));
}

}  // namespace paceline::api
