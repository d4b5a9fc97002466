#include <paceline/text/strings.h>
#include <paceline/workload/json_mending.h>
#include <paceline/workload/json_reader.h>

namespace paceline::workload {
namespace {

// Mending takes several times as long as parsing, and blocks the loop.
constexpr std::size_t longest_mended = std::size_t{4} << 20U;
// Buffers above this size are freed, so that one large response does not occupy memory for the rest
// of the run.
constexpr std::size_t most_kept = std::size_t{1} << 20U;

/// Responses and events are objects or arrays.
bool is_worth_mending(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return text.size() <= longest_mended && begin != std::string_view::npos &&
         (text[begin] == '{' || text[begin] == '[');
}

constexpr std::size_t longest_part = 4096;
/// Length of an escape such as \u00e9.
constexpr std::size_t unit_escape = 6;

std::size_t trailing_backslashes(std::string_view text) {
  const std::size_t last = text.find_last_not_of('\\');
  return last == std::string_view::npos ? text.size() : text.size() - last - 1;
}

/// Position of the closing quote of a string whose content begins at `text`.
std::size_t end_of_string(std::string_view text) {
  std::size_t quote = text.find('"');
  while (quote != std::string_view::npos && trailing_backslashes(text.substr(0, quote)) % 2 == 1) {
    quote = text.find('"', quote + 1);
  }
  return std::min(quote, text.size());
}

/// Whether `text` ends with the escape of a high surrogate, whose low surrogate would be cut off.
bool ends_with_high_surrogate(std::string_view text) {
  if (text.size() < unit_escape) return false;
  const std::string_view escape = text.substr(text.size() - unit_escape);
  return escape.starts_with("\\u") && (escape[2] == 'd' || escape[2] == 'D') &&
         std::string_view("89abAB").find(escape[3]) != std::string_view::npos;
}

/// The beginning of a string's content. Splits no escape and no character.
std::string_view cut_string(std::string_view content) {
  if (content.size() <= longest_part) return content;
  std::string_view kept = text::cut_utf8(content, longest_part);
  kept = kept.substr(0, kept.find('\\', kept.size() - 2 * unit_escape));
  if (ends_with_high_surrogate(kept)) kept.remove_suffix(unit_escape);
  if (trailing_backslashes(kept) % 2 == 1) kept.remove_suffix(1);
  return kept;
}

}  // namespace

void outline_json(std::string_view text, std::string& outline) {
  constexpr std::string_view of_numbers = "-+.0123456789eE, \t\r\n";
  outline.clear();
  while (!text.empty()) {
    const std::size_t row = std::min(text.find_first_not_of(of_numbers), text.size());
    const std::size_t comma = row > longest_part ? text.rfind(',', longest_part) : row;
    if (comma < row) {
      outline += text.substr(0, comma);
      if (row < text.size() && text[row] != ']') outline += ',';
    } else {
      outline += text.substr(0, row);
    }
    text.remove_prefix(row);
    if (text.empty()) return;
    const bool is_string = text.front() == '"';
    outline += text.front();
    text.remove_prefix(1);
    if (!is_string) continue;
    const std::size_t end = end_of_string(text);
    outline += cut_string(text.substr(0, end));
    text.remove_prefix(end);
    if (text.empty()) return;
    outline += '"';
    text.remove_prefix(1);
  }
}

simdjson::simdjson_result<simdjson::dom::element> JsonReader::parse(std::string_view text) {
  if (mended_.capacity() > most_kept) text::release_memory(mended_);
  if (parser_.capacity() > most_kept && text.size() <= most_kept) parser_ = simdjson::dom::parser();
  if (text.starts_with(text::byte_order_mark)) text.remove_prefix(text::byte_order_mark.size());
  const auto parsed = parser_.parse(text.data(), text.size(), false);
  if (parsed.error() == simdjson::SUCCESS || !is_worth_mending(text) || !mend_json(text, mended_)) {
    return parsed;
  }
  mended_.reserve(mended_.size() + simdjson::SIMDJSON_PADDING);
  return parser_.parse(mended_.data(), mended_.size(), false);
}

simdjson::simdjson_result<simdjson::dom::element> JsonReader::parse(std::string& text) {
  if (outline_.capacity() > most_kept) text::release_memory(outline_);
  const bool is_large = text.size() > most_kept;
  if (is_large) outline_json(text, outline_);
  std::string& parsed = is_large ? outline_ : text;
  parsed.reserve(parsed.size() + simdjson::SIMDJSON_PADDING);
  return parse(std::string_view(parsed));
}

}  // namespace paceline::workload
