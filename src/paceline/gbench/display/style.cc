#include <paceline/gbench/display/style.h>

#include <paceline/run.h>

namespace paceline::gbench::display {

text::Emphasis emphasis_of_verdict(std::string_view verdict) {
  if (verdict == name_of(Bound::paced)) return text::Emphasis::good;
  return verdict == name_of(Bound::failing) ? text::Emphasis::bad : text::Emphasis::warning;
}

}  // namespace paceline::gbench::display
