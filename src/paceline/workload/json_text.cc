#include <paceline/workload/json_text.h>

#include <fmt/format.h>

#include <utility>

namespace paceline {

std::string json_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      quoted += '\\';
      quoted += letter;
    } else if (static_cast<unsigned char>(letter) < 0x20) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(letter));
    } else {
      quoted += letter;
    }
  }
  quoted += '"';
  escape_controls(quoted);
  return quoted;
}

void escape_controls(std::string& json) {
  constexpr char del = '\x7f';
  // The first byte of U+0080 to U+00BF.
  constexpr char latin = '\xC2';
  std::size_t at = json.find_first_of({del, latin});
  if (at == std::string::npos) return;
  std::string escaped;
  std::size_t copied = 0;
  for (; at != std::string::npos; at = json.find_first_of({del, latin}, at + 1)) {
    const bool is_del = json[at] == del;
    if (!is_del && at + 1 == json.size()) break;
    const unsigned code = static_cast<unsigned char>(is_del ? del : json[at + 1]);
    if (!is_del && (code < 0x80 || code >= 0xA0)) continue;
    escaped.append(json, copied, at - copied);
    escaped += fmt::format("\\u{:04x}", code);
    copied = at + (is_del ? 1 : 2);
  }
  escaped.append(json, copied);
  json = std::move(escaped);
}

}  // namespace paceline
