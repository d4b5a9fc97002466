#include <fmt/format.h>
#include <paceline/text/strings.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace paceline::text {

std::string_view without_spaces(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(spaces) - begin + 1);
}

namespace {

constexpr unsigned byte_at(std::string_view text, std::size_t place) {
  return static_cast<unsigned char>(text[place]);
}

constexpr bool continues_character(unsigned byte) {
  return (byte & 0xC0U) == 0x80U;
}

}  // namespace

std::size_t character_length(std::string_view text) {
  if (text.empty()) return 0;
  const unsigned lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues_character(byte_at(text, i))) return 0;
  }
  // Overlong forms, surrogates, and values beyond U+10FFFF.
  const unsigned second = byte_at(text, 1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

std::string_view valid_utf8(std::string_view text, std::string& repaired) {
  if (simdjson::validate_utf8(text)) return text;
  repaired.clear();
  while (!text.empty()) {
    const std::size_t size = character_length(text);
    repaired += size == 0 ? replacement_character : text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return repaired;
}

std::string_view cut_utf8(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && longest - end < 3 && continues_character(byte_at(text, end))) --end;
  return text.substr(0, end);
}

namespace {

constexpr unsigned char del = 0x7F;
// The first byte of U+0080 to U+00BF.
constexpr unsigned char latin = 0xC2;

constexpr std::array<bool, 256> may_need_escape = [] {
  std::array<bool, 256> bytes{};
  for (std::size_t control = 0; control < 0x20; ++control) bytes[control] = true;
  bytes['"'] = bytes['\\'] = bytes[del] = bytes[latin] = true;
  return bytes;
}();

struct Control {
  unsigned code = 0;
  /// Bytes in UTF-8; 0: no control character.
  std::size_t size = 0;
};

/// The control character at `at`, if there is one that JSON allows.
Control allowed_control(std::string_view text, std::size_t at) {
  const auto letter = static_cast<unsigned char>(text[at]);
  if (letter == del) return {del, 1};
  if (letter != latin || at + 1 == text.size()) return {};
  const unsigned code = static_cast<unsigned char>(text[at + 1]);
  return code >= 0x80 && code < 0xA0 ? Control{code, 2} : Control{};
}

void append_escape(unsigned code, std::string& out) {
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  std::string repaired;
  text = valid_utf8(text, repaired);
  out += '"';
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto letter = static_cast<unsigned char>(text[at]);
    if (!may_need_escape[letter]) continue;
    const Control control = allowed_control(text, at);
    if (letter == latin && control.size == 0) continue;
    out.append(text, copied, at - copied);
    if (letter == '"' || letter == '\\') {
      out += '\\';
      out += text[at];
      copied = at + 1;
    } else {
      append_escape(control.size > 0 ? control.code : letter, out);
      copied = at + std::max<std::size_t>(control.size, 1);
    }
  }
  out.append(text, copied);
  out += '"';
}

std::string json_quoted(std::string_view text) {
  std::string quoted;
  append_json_string(text, quoted);
  return quoted;
}

void escape_controls(std::string& json) {
  constexpr std::string_view controls = "\x7F\xC2";
  const auto next = [&](std::size_t from) { return json.find_first_of(controls, from); };
  std::size_t at = next(0);
  if (at == std::string::npos) return;
  std::string escaped;
  std::size_t copied = 0;
  for (; at != std::string::npos; at = next(at + 1)) {
    const Control control = allowed_control(json, at);
    if (control.size == 0) continue;
    escaped.append(json, copied, at - copied);
    append_escape(control.code, escaped);
    copied = at + control.size;
  }
  escaped.append(json, copied);
  json = std::move(escaped);
}

// Several times faster than a format string.
std::string in_single_quotes(const std::string& text) {
  std::string out = "'";
  for (const char letter : text) {
    if (letter == '\'') {
      out += R"('\'')";
    } else {
      out += letter;
    }
  }
  return out + '\'';
}

std::string shell_word(const std::string& text) {
  static constexpr std::string_view plain = "%+,-./:=@_";
  const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) {
    return is_alphanumeric(letter) || plain.find(letter) != std::string_view::npos;
  });
  return is_plain ? text : in_single_quotes(text);
}

void append_base64(std::string_view bytes, std::string& out) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(3, bytes.size()))) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8U | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= bytes.size() ? letters[bits >> (18 - 6 * i) & 63U] : '=';
    }
  }
}

void append_number(std::uint64_t number, std::string& out, std::size_t width) {
  const fmt::format_int digits(number);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out.append(digits.data(), digits.size());
}

}  // namespace paceline::text
