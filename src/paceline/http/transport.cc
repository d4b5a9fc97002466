#include <fmt/format.h>
#include <paceline/http/content_decoder.h>
#include <paceline/http/transport.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace paceline::http {

bool has_header(const HeaderList& lines, std::string_view name) {
  return std::any_of(lines.begin(), lines.end(), [name](const std::string& line) {
    return text::equals_ignoring_case(text::name_of_header(line), name);
  });
}

HeaderList headers_with(const HeaderList* lines, const ConnectionOptions& options, bool is_signed) {
  HeaderList all = lines != nullptr ? *lines : HeaderList();
  const auto add = [&all](std::string line) {
    if (!has_header(all, text::name_of_header(line))) all.push_back(std::move(line));
  };
  // libcurl does not send this header over HTTP/2, but would sign it.
  if (!options.reuses && !is_signed) add("Connection: close");
  if (options.compressed) add(fmt::format("Accept-Encoding: {}", known_encodings));
  return all;
}

void EndQueue::add(Exchange& exchange, TransportEnd end) {
  entries_.push_back({&exchange, std::move(end)});
  later_.ask();
}

bool EndQueue::cancel(const Exchange& exchange) {
  return std::erase_if(entries_, [&](const Entry& entry) { return entry.exchange == &exchange; }) >
         0;
}

// The sink may send and cancel other exchanges. Ends that are added meanwhile wait for the next
// iteration, so that the loop handles events even if every request fails at once.
void EndQueue::tell() {
  for (std::size_t left = entries_.size(); left > 0 && !entries_.empty(); --left) {
    Entry entry = std::move(entries_.front());
    entries_.pop_front();
    sink_.end(*entry.exchange, std::move(entry.end));
  }
}

}  // namespace paceline::http
