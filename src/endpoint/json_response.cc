#include <endpoint/json_response.h>
#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace paceline {
namespace {

constexpr std::string_view filling = "one line keeps its pace and holds it ";

}  // namespace

void append_filling(std::size_t bytes, std::string& out) {
  while (bytes > 0) {
    const auto part = filling.substr(0, bytes);
    out += part;
    bytes -= part.size();
  }
}

void append_as_ascii(std::string_view json, std::string& out) {
  for (std::size_t i = 0; i < json.size();) {
    const auto first = static_cast<unsigned char>(json[i++]);
    if (first < 0x80U) {
      out += static_cast<char>(first);
      continue;
    }
    const unsigned more = first >= 0xf0U ? 3 : first >= 0xe0U ? 2 : 1;
    std::uint32_t point = first & (0x3fU >> more);
    for (unsigned k = 0; k < more && i < json.size(); ++k) {
      point = point << 6U | (static_cast<unsigned char>(json[i++]) & 0x3fU);
    }
    const auto end = std::back_inserter(out);
    if (point < 0x10000U) {
      fmt::format_to(end, "\\u{:04x}", point);
    } else {
      point -= 0x10000U;
      fmt::format_to(end, "\\u{:04x}\\u{:04x}", 0xd800U + (point >> 10U),
                     0xdc00U + (point & 0x3ffU));
    }
  }
}

void JsonResponse::lengthen(std::size_t size) {
  if (!free_place || size <= text.size()) return;
  std::string more;
  append_filling(size - text.size(), more);
  text.insert(*free_place, more);
}

JsonResponse plain_json_response() {
  constexpr std::string_view before = R"({"text":")";
  return {std::string(before) + "\"}", before.size()};
}

}  // namespace paceline
