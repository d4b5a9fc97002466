#include <programs/line_filter.h>

#include <algorithm>

namespace paceline::programs {

LineFilter::~LineFilter() {
  LineFilter::sync();
}

int LineFilter::overflow(int letter) {
  if (letter == std::streambuf::traits_type::eof())
    return std::streambuf::traits_type::not_eof(letter);
  line_ += std::streambuf::traits_type::to_char_type(letter);
  if (line_.back() != '\n') return letter;
  if (!line_.starts_with(dropped_)) to_ << line_;
  line_.clear();
  return letter;
}

int LineFilter::sync() {
  const std::size_t common = std::min(line_.size(), dropped_.size());
  if (line_.compare(0, common, dropped_, 0, common) != 0) {
    to_ << line_;
    line_.clear();
  }
  to_.flush();
  return to_ ? 0 : -1;
}

}  // namespace paceline::programs
