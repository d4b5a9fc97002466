#include <endpoint/generation.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>

namespace paceline::endpoint {
namespace {

constexpr std::array<std::string_view, 8> words = {" one",  " line", " keeps", " its",
                                                   " pace", " and",  " holds", " it"};
constexpr std::string_view cycle = " one line keeps its pace and holds it";
constexpr std::string_view filling = "one line keeps its pace and holds it ";

}  // namespace

void Generation::spoil(Fault fault) {
  is_filtered = fault == Fault::content_filter;
  fails = fault == Fault::error_event;
  if (is_filtered || fails) {
    tokens = (tokens + 1) / 2;
    is_capped = false;
  }
  is_json_broken = fault == Fault::bad_output && !json.empty();
  // No JSON value ends with a comma.
  if (is_json_broken) json.back() = ',';
}

std::uint64_t seconds_since_1970() {
  using std::chrono::system_clock;
  const auto now = system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

std::string_view response_token(std::size_t place) {
  const std::string_view word = words[place % words.size()];
  return place == 0 ? word.substr(1) : word;
}

void append_generated_text(std::size_t tokens, std::string& out) {
  const std::size_t rounds = tokens / words.size();
  out.reserve(out.size() + (rounds + 1) * cycle.size());
  for (std::size_t i = 0; i < rounds; ++i) out += i == 0 ? cycle.substr(1) : cycle;
  for (std::size_t i = rounds * words.size(); i < tokens; ++i) out += response_token(i);
}

std::string_view token_of(const Generation& response, std::size_t place, TokenRoom& room) {
  if (response.json.empty()) return response_token(place);
  const std::size_t begin = place * json_token_bytes;
  if (begin >= response.json.size()) return " ";
  char* end = room.data();
  for (const char c : std::string_view(response.json).substr(begin, json_token_bytes)) {
    if (c == '"' || c == '\\') *end++ = '\\';
    *end++ = c;
  }
  return {room.data(), end};
}

void append_text_of(const Generation& response, std::string& out) {
  if (response.json.empty()) return append_generated_text(response.tokens, out);
  TokenRoom room;
  for (std::size_t i = 0; i < response.tokens; ++i) out += token_of(response, i, room);
}

void append_json_of(const Generation& response, std::string& out) {
  if (response.has_valid_json()) {
    out += response.json;
    return;
  }
  out += '"';
  append_text_of(response, out);
  out += '"';
}

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

}  // namespace paceline::endpoint
