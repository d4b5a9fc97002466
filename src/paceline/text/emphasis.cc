#include <fmt/format.h>
#include <paceline/text/emphasis.h>

namespace paceline::text {
namespace {

/// The parameter of the escape sequence "select graphic rendition".
std::string_view rendition(Emphasis emphasis) {
  switch (emphasis) {
    case Emphasis::heading:
      return "1";
    case Emphasis::quiet:
      return "2";
    case Emphasis::good:
      return "32";
    case Emphasis::warning:
      return "33";
    case Emphasis::bad:
      return "31";
    case Emphasis::none:
      break;
  }
  return {};
}

}  // namespace

std::string emphasized(std::string_view text, Emphasis emphasis, bool has_colour) {
  const std::string_view parameter = rendition(emphasis);
  if (!has_colour || parameter.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", parameter, text);
}

}  // namespace paceline::text
