#include <paceline/text/wrapped.h>

#include <sstream>

namespace paceline::text {

std::string wrapped(const std::string& text, std::size_t columns, std::size_t indent) {
  std::string lines;
  std::string line;
  std::istringstream words(text);
  const auto end_line = [&] {
    if (!line.empty()) lines += std::string(indent, ' ') + line + '\n';
    line.clear();
  };
  for (std::string word; words >> word;) {
    if (indent + line.size() + 1 + word.size() > columns) end_line();
    if (!line.empty()) line += ' ';
    line += word;
  }
  end_line();
  return lines;
}

}  // namespace paceline::text
