#include <paceline/text/utf8.h>
#include <simdjson.h>

#include <algorithm>

namespace paceline {
namespace {

/// How many bytes the character at the front has; 0 where there is none.
std::size_t character_at_front(std::string_view text) {
  const std::size_t longest = std::min<std::size_t>(text.size(), 4);
  for (std::size_t size = 1; size <= longest; ++size) {
    if (simdjson::validate_utf8(text.data(), size)) return size;
  }
  return 0;
}

}  // namespace

std::string_view valid_utf8(std::string_view text, std::string& repaired) {
  if (simdjson::validate_utf8(text)) return text;
  repaired.clear();
  while (!text.empty()) {
    const std::size_t size = character_at_front(text);
    repaired += size == 0 ? replacement_character : text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return repaired;
}

std::string_view cut_utf8(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  constexpr unsigned char continues = 0x80;
  constexpr unsigned char mask = 0xC0;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & mask) == continues) --most;
  return text.substr(0, most);
}

}  // namespace paceline
