#include <paceline/text/gate.h>
#include <paceline/text/strings.h>

#include <cstdint>
#include <cstdlib>

namespace paceline::text {
namespace {

constexpr std::string_view ellipsis = "…";

/// The first character of a valid UTF-8 text, and its length in bytes.
struct FirstCharacter {
  std::uint32_t code;
  std::size_t length;
};

FirstCharacter first_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = character_length(text);
  if (length == 1) return {first, 1};
  std::uint32_t code = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    code = code << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  return {code, length};
}

bool is_space(std::uint32_t code) {
  return (code >= '\t' && code <= '\r') || code == 0x85 || code == 0x2028 || code == 0x2029;
}

/// Control characters of ASCII and Latin-1, and characters that change the direction of text.
bool is_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200E ||
         code == 0x200F || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

std::string harmless(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const auto [code, length] = first_character(text);
    if (is_space(code)) {
      line += ' ';
    } else if (is_control(code)) {
      line += replacement_character;
    } else {
      line += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return line;
}

}  // namespace

void Gate::add_userinfo_of(std::string_view url) {
  const std::size_t end = url.rfind('@');
  if (end == std::string_view::npos) return;
  std::size_t begin = url.find("://");
  begin = begin < end ? begin + 3 : 0;
  const std::string_view userinfo = url.substr(begin, end - begin);
  add_secret(userinfo);
  if (const std::size_t colon = userinfo.find(':'); colon != std::string_view::npos) {
    add_secret(userinfo.substr(0, colon));
    add_secret(userinfo.substr(colon + 1));
  }
}

void Gate::add_proxies_of_environment() {
  for (const char* variable :
       {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    if (const char* url = std::getenv(variable)) add_userinfo_of(url);
  }
}

std::string Gate::shown(std::string_view text, std::size_t longest) const {
  // Search far more than is shown: a secret that is cut off here would not be recognized.
  constexpr std::size_t looked_at = 16;
  std::string repaired;
  const std::string kept = secrets_.remove_from(text.substr(0, looked_at * longest));
  std::string line = harmless(valid_utf8(kept, repaired));
  if (line.size() <= longest) return line;
  line.resize(cut_utf8(line, longest - ellipsis.size()).size());
  return line.append(ellipsis);
}

std::string_view without_userinfo(std::string_view url) {
  const std::size_t at = url.rfind('@');
  return at == std::string_view::npos ? url : url.substr(at + 1);
}

}  // namespace paceline::text
