#include "http1_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

namespace paceline::http {
namespace {

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return lower;
}

/// The request line and the headers, with their line ends.
HeardRequest parse_head(std::string_view head) {
  HeardRequest request;
  const auto next_line = [&head] {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    return line;
  };
  const std::string_view first = next_line();
  const std::size_t path = first.find(' ') + 1;
  request.method = first.substr(0, path - 1);
  request.path = first.substr(path, first.rfind(' ') - path);
  while (!head.empty()) {
    const std::string_view line = next_line();
    const std::size_t colon = line.find(':');
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    request.headers.emplace_back(in_lower_case(line.substr(0, colon)), value);
  }
  return request;
}

std::string head_of(int status, const HeaderLines& headers) {
  std::string head = fmt::format("HTTP/1.1 {} Scripted\r\n", status);
  for (const auto& [name, value] : headers) head += fmt::format("{}: {}\r\n", name, value);
  return head;
}

}  // namespace

bool Http1Connection::read_until(std::size_t size) {
  std::array<char, 65'536> buffer;
  while (heard_.size() < size) {
    const std::size_t length = stream_.read(buffer).value_or(0);
    if (length == 0) return false;
    heard_.append(buffer.data(), length);
  }
  return true;
}

std::optional<HeardRequest> Http1Connection::hear_head() {
  constexpr std::string_view end = "\r\n\r\n";
  std::size_t length = heard_.find(end);
  while (length == std::string::npos) {
    if (!read_until(heard_.size() + 1)) return std::nullopt;
    length = heard_.find(end);
  }
  HeardRequest request = parse_head(std::string_view(heard_).substr(0, length + 2));
  heard_.erase(0, length + end.size());
  return request;
}

std::optional<HeardRequest> Http1Connection::hear() {
  std::optional<HeardRequest> request = hear_head();
  if (!request) return request;
  const std::size_t length = std::stoul(request->header("content-length").value_or("0"));
  if (!read_until(length)) return std::nullopt;
  request->body = heard_.substr(0, length);
  heard_.erase(0, length);
  return request;
}

void Http1Connection::play(const ResponseScript& script) {
  for (const ResponseScript::Interim& interim : script.interim) {
    stream_.write(head_of(interim.status, interim.headers) + "\r\n");
  }
  if (script.status != 0) play_body(script);
  stream_.pause(script.pause_before_end);
  if (script.end == ResponseEnd::closed) stream_.close();
  if (script.end == ResponseEnd::reset) stream_.reset();
}

// A first piece without a pause is written together with the head, in one call.
void Http1Connection::play_body(const ResponseScript& script) {
  std::string said = head_of(script.status, script.headers);
  if (script.has_length) {
    said += fmt::format("Content-Length: {}\r\n\r\n", script.length.value_or(script.body_size()));
  } else {
    said += "Transfer-Encoding: chunked\r\n\r\n";
  }
  for (const ResponseScript::Piece& piece : script.body) {
    if (piece.pause.count() > 0) {
      if (!stream_.write(std::exchange(said, {}))) return;
      stream_.pause(piece.pause);
    }
    said += script.has_length ? piece.bytes
                              : fmt::format("{:x}\r\n{}\r\n", piece.bytes.size(), piece.bytes);
  }
  if (!script.has_length && script.end == ResponseEnd::whole) {
    said += "0\r\n";
    for (const auto& [name, value] : script.trailers)
      said += fmt::format("{}: {}\r\n", name, value);
    said += "\r\n";
  }
  stream_.write(said);
}

void Http1Connection::wait_for_cancel() {
  std::array<char, 4096> buffer;
  while (stream_.read(buffer).value_or(0) > 0) {
  }
}

}  // namespace paceline::http
