#include <fmt/format.h>
#include <paceline/text/strings.h>
#include <paceline/workload/file_lines.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>

namespace paceline::workload {
namespace {

/// Bytes that are read at once. Fits the cache together with the parser's memory.
constexpr std::size_t scanned_piece = 256U << 10U;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

LineScanner::LineScanner(const RegularFile& file)
    : file_(file), buffer_(scanned_piece + simdjson::SIMDJSON_PADDING) {}

bool LineScanner::next() {
  do {
    if (!next_of_any_kind()) return false;
  } while (is_blank(text_));
  return true;
}

bool LineScanner::next_of_any_kind() {
  std::size_t searched = 0;
  std::size_t length = left_.find('\n');
  while (length == std::string_view::npos && !at_end_) {
    searched = left_.size();
    if (!fill()) return false;
    length = left_.find('\n', searched);
  }
  offset_ = read_ - left_.size();
  if (left_.empty()) return false;
  text_ = left_.substr(0, length);
  if (text_.size() > longest_line) return refuse_line();
  ++number_;
  left_.remove_prefix(std::min(left_.size(), text_.size() + 1));
  if (text_.ends_with('\r')) text_.remove_suffix(1);
  if (offset_ == 0 && text_.starts_with(text::byte_order_mark)) {
    text_.remove_prefix(text::byte_order_mark.size());
    offset_ = text::byte_order_mark.size();
  }
  return true;
}

bool LineScanner::fill() {
  const std::size_t held = left_.size();
  if (held > longest_line) return refuse_line();
  if (held > 0) std::memmove(buffer_.data(), left_.data(), held);
  const std::size_t needed = held + scanned_piece + simdjson::SIMDJSON_PADDING;
  if (buffer_.size() < needed) buffer_.resize(needed);
  const auto added = file_.read(read_, buffer_.data() + held, scanned_piece);
  if (!added) {
    result_ = tl::unexpected(added.error());
    return false;
  }
  read_ += *added;
  at_end_ = *added < scanned_piece;
  left_ = {buffer_.data(), held + *added};
  return true;
}

bool LineScanner::refuse_line() {
  result_ =
      fail(ErrorCode::bad_line,
           fmt::format("{}:{}: the line is longer than {} MiB; put each request on its own line",
                       file_.path(), number_ + 1, longest_line >> 20U));
  return false;
}

}  // namespace paceline::workload
