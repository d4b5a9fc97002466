#include <paceline/gbench/display/style.h>

#include <fmt/format.h>

#include <paceline/run.h>

namespace paceline::gbench::display {
namespace {

/// The parameter of the escape sequence "select graphic rendition".
std::string_view rendition(Emphasis emphasis) {
  switch (emphasis) {
    case Emphasis::heading:
      return "1";
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

std::string emphasized(std::string_view text, Emphasis emphasis, const Style& style) {
  const std::string_view parameter = rendition(emphasis);
  if (!style.has_colour || parameter.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", parameter, text);
}

Emphasis emphasis_of_verdict(std::string_view verdict) {
  if (verdict == name_of(Bound::paced)) return Emphasis::good;
  return verdict == name_of(Bound::failing) ? Emphasis::bad : Emphasis::warning;
}

}  // namespace paceline::gbench::display
