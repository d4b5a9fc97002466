#include <paceline/text/strings.h>
#include <simdjson.h>

#include <algorithm>

namespace paceline::text {
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

}  // namespace paceline::text
