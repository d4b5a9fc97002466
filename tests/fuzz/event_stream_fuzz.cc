// The first two bytes say how the rest, a stream, is cut into chunks. However it is cut, its events
// are those that a plain reading of the standard gives.

#include <paceline/api/event_stream.h>
#include <simdjson.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz.h"

namespace paceline {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

/// The lines that have ended, all three ends alike.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t end = text.find_first_of("\r\n"); end != std::string_view::npos;
       end = text.find_first_of("\r\n")) {
    lines.push_back(text.substr(0, end));
    text.remove_prefix(text.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  return lines;
}

/// Section 9.2.6 of the HTML standard, word for word.
Events by_the_standard(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Events events;
  std::string name;
  std::string data;
  for (const std::string_view line : lines_of(text)) {
    if (line.empty()) {
      if (!data.empty()) events.emplace_back(name, data.substr(0, data.size() - 1));
      name.clear();
      data.clear();
      continue;
    }
    const std::size_t colon = line.find(':');
    const std::string_view field = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "event") name = value;
    if (field == "data") data.append(value).append("\n");
  }
  return events;
}

/// Reads what a parser may read behind an event's data, for the sanitizer to see.
void read_padding(std::string_view data) {
  volatile char last = 0;
  if (data.empty()) return;
  for (std::size_t i = 0; i < simdjson::SIMDJSON_PADDING; ++i)
    last = *(data.data() + data.size() + i);
  static_cast<void>(last);
}

/// Feeds a text in chunks whose sizes go round between 1 and `longest_chunk`.
bool feed(api::EventStream& stream, std::string_view text, std::size_t longest_chunk) {
  for (std::size_t length = 1; !text.empty(); length = length % longest_chunk + 1) {
    const std::size_t taken = std::min(length, text.size());
    // A copy of its own size: reading beyond a chunk is an error too.
    const std::vector<char> chunk(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(taken));
    if (!stream.take({chunk.data(), chunk.size()})) return false;
    text.remove_prefix(taken);
  }
  return true;
}

void check(std::string_view text, std::size_t longest_chunk, std::size_t longest_event) {
  Events events;
  api::EventStream stream([&events](const api::StreamEvent& event) {
    read_padding(event.data);
    events.emplace_back(event.name, event.data);
  });
  const Events expected = by_the_standard(text);
  require(stream.take(text), "a short stream is taken");
  require(events == expected, "a whole stream gives the standard's events");

  events.clear();
  stream.reset();
  require(feed(stream, text, longest_chunk), "a short stream is taken in chunks");
  require(events == expected, "a stream in chunks gives the standard's events");

  api::EventStream narrow([](const api::StreamEvent& event) { read_padding(event.data); },
                          longest_event);
  feed(narrow, text, longest_chunk);
}

}  // namespace
}  // namespace paceline

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::string text(bytes + 2, bytes + size);
  paceline::check(text, bytes[0] % 64U + 1U, bytes[1]);
  return 0;
}
