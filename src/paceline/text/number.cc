#include <paceline/text/number.h>

namespace paceline::text {

std::optional<double> take_decimal(std::string_view& text) {
  // from_chars would also accept a sign, "inf" and "nan".
  if (text.find_first_of("0123456789.") != 0) return std::nullopt;
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return number;
}

}  // namespace paceline::text
