#include <paceline/text/release_memory.h>
#include <paceline/workload/byte_order_mark.h>
#include <paceline/workload/json_mending.h>
#include <paceline/workload/json_outline.h>
#include <paceline/workload/json_reader.h>

namespace paceline {
namespace {

// Mending takes several times as long as parsing, on the loop.
constexpr std::size_t longest_mended = std::size_t{4} << 20U;
// One large response is not to hold its memory until the end.
constexpr std::size_t most_kept = std::size_t{1} << 20U;

/// Only an object or an array is a response, or an event of one.
bool is_worth_mending(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return text.size() <= longest_mended && begin != std::string_view::npos &&
         (text[begin] == '{' || text[begin] == '[');
}

}  // namespace

simdjson::simdjson_result<simdjson::dom::element> JsonReader::parse(std::string_view text) {
  if (mended_.capacity() > most_kept) release_memory(mended_);
  if (parser_.capacity() > most_kept && text.size() <= most_kept) parser_ = simdjson::dom::parser();
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const auto parsed = parser_.parse(text.data(), text.size(), false);
  if (parsed.error() == simdjson::SUCCESS || !is_worth_mending(text) || !mend_json(text, mended_)) {
    return parsed;
  }
  mended_.reserve(mended_.size() + simdjson::SIMDJSON_PADDING);
  return parser_.parse(mended_.data(), mended_.size(), false);
}

simdjson::simdjson_result<simdjson::dom::element> JsonReader::parse(std::string& text) {
  if (outline_.capacity() > most_kept) release_memory(outline_);
  const bool is_large = text.size() > most_kept;
  if (is_large) outline_json(text, outline_);
  std::string& parsed = is_large ? outline_ : text;
  parsed.reserve(parsed.size() + simdjson::SIMDJSON_PADDING);
  return parse(std::string_view(parsed));
}

}  // namespace paceline
