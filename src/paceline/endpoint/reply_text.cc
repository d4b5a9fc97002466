#include <paceline/endpoint/reply_text.h>

#include <algorithm>
#include <array>

namespace paceline {
namespace {

constexpr std::array<std::string_view, 8> words = {" one",  " line", " keeps", " its",
                                                   " pace", " and",  " holds", " it"};
constexpr std::string_view cycle = " one line keeps its pace and holds it";

}  // namespace

std::string_view reply_token(std::size_t place) {
  const std::string_view word = words[place % words.size()];
  return place == 0 ? word.substr(1) : word;
}

void append_reply_text(std::size_t tokens, std::string& out) {
  const std::size_t rounds = tokens / words.size();
  out.reserve(out.size() + (rounds + 1) * cycle.size());
  for (std::size_t i = 0; i < rounds; ++i) out += i == 0 ? cycle.substr(1) : cycle;
  for (std::size_t i = rounds * words.size(); i < tokens; ++i) out += reply_token(i);
}

}  // namespace paceline
