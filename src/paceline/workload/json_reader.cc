#include <paceline/workload/byte_order_mark.h>
#include <paceline/workload/json_mending.h>
#include <paceline/workload/json_reader.h>

namespace paceline {

simdjson::simdjson_result<simdjson::dom::element> JsonReader::parse(std::string_view text) {
  // One large response is not to hold its memory until the end.
  constexpr std::size_t most_kept = std::size_t{1} << 20U;
  if (mended_.capacity() > most_kept) mended_ = {};
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const auto parsed = parser_.parse(text.data(), text.size(), false);
  if (parsed.error() == simdjson::SUCCESS || !mend_json(text, mended_)) return parsed;
  mended_.reserve(mended_.size() + simdjson::SIMDJSON_PADDING);
  return parser_.parse(mended_.data(), mended_.size(), false);
}

simdjson::simdjson_result<simdjson::dom::element> JsonReader::parse(std::string& text) {
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  return parse(std::string_view(text));
}

}  // namespace paceline
