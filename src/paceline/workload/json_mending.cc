#include <paceline/text/numbers.h>
#include <paceline/text/strings.h>
#include <paceline/workload/json_mending.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>

namespace paceline::workload {
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

}  // namespace paceline::workload
