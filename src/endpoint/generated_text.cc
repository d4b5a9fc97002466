#include <endpoint/generated_text.h>

#include <algorithm>
#include <array>

namespace paceline {
namespace {

constexpr std::array<std::string_view, 8> words = {" one",  " line", " keeps", " its",
                                                   " pace", " and",  " holds", " it"};
constexpr std::string_view cycle = " one line keeps its pace and holds it";

}  // namespace

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

}  // namespace paceline
