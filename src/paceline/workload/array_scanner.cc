#include <paceline/workload/array_scanner.h>

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <paceline/text/strings.h>

namespace paceline::workload {
namespace {

/// Bytes that are read at once.
constexpr std::size_t array_piece = 256U << 10U;

}  // namespace

Result<bool> is_json_array(const RegularFile& file) {
  std::array<char, 4096> bytes{};
  const auto got = file.read(0, bytes.data(), bytes.size());
  if (!got) return tl::unexpected(got.error());
  std::string_view text(bytes.data(), *got);
  if (text.starts_with(text::byte_order_mark)) text.remove_prefix(text::byte_order_mark.size());
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '[';
}

ArrayScanner::ArrayScanner(const RegularFile& file)
    : file_(file), buffer_(array_piece + simdjson::SIMDJSON_PADDING) {}

bool ArrayScanner::next() {
  if (has_ended_ || !result_) return false;
  if (!std::exchange(has_begun_, true)) {
    if (front() && left_.starts_with(text::byte_order_mark)) {
      left_.remove_prefix(text::byte_order_mark.size());
    }
    skip_spaces();
    if (front()) skip();
  }
  skip_spaces();
  while (front() == ',') {
    skip();
    skip_spaces();
  }
  line_ = front_line_;
  ++number_;
  const auto first = front();
  if (!result_) return false;
  if (!first) return refuse("the array has no end; the file may have been cut, so get it again");
  if (*first == ']') {
    has_ended_ = true;
    skip();
    skip_spaces();
    if (!front()) return false;
    return refuse("text follows the array; remove it, or give one object on each line");
  }
  if (*first != '{') return refuse("this is not an object; give one for each conversation");
  const std::size_t length = find_end();
  if (length == 0) return false;
  offset_ = read_ - left_.size();
  text_ = left_.substr(0, length);
  front_line_ += static_cast<std::uint64_t>(std::count(text_.begin(), text_.end(), '\n'));
  left_.remove_prefix(length);
  return true;
}

std::string ArrayScanner::place() const {
  return fmt::format("{}:{}: object {}: ", file_.path(), line_, number_);
}

std::optional<char> ArrayScanner::front() {
  if (left_.empty() && !fill()) return std::nullopt;
  return left_.front();
}

void ArrayScanner::skip() {
  if (left_.front() == '\n') ++front_line_;
  left_.remove_prefix(1);
}

void ArrayScanner::skip_spaces() {
  constexpr std::string_view spaces = " \t\r\n";
  for (auto letter = front(); letter && spaces.find(*letter) != spaces.npos; letter = front()) {
    skip();
  }
}

std::size_t ArrayScanner::find_end() {
  std::size_t depth = 0;
  bool is_in_text = false;
  bool is_escaped = false;
  for (std::size_t at = 0;; ++at) {
    if (at > longest_line) {
      refuse(fmt::format("the object is longer than {} MiB, or has no end; divide or correct it",
                         longest_line >> 20U));
      return 0;
    }
    if (at == left_.size() && !fill()) {
      if (result_) refuse("the object has no end; correct it, or get the whole file");
      return 0;
    }
    const char letter = left_[at];
    if (is_escaped) {
      is_escaped = false;
    } else if (letter == '"') {
      is_in_text = !is_in_text;
    } else if (is_in_text) {
      is_escaped = letter == '\\';
    } else if (letter == '{' || letter == '[') {
      ++depth;
    } else if ((letter == '}' || letter == ']') && --depth == 0) {
      return at + 1;
    }
  }
}

bool ArrayScanner::fill() {
  if (at_end_) return false;
  const std::size_t held = left_.size();
  if (held > 0) std::memmove(buffer_.data(), left_.data(), held);
  const std::size_t needed = held + array_piece + simdjson::SIMDJSON_PADDING;
  if (buffer_.size() < needed) buffer_.resize(needed);
  const auto added = file_.read(read_, buffer_.data() + held, array_piece);
  if (!added) {
    result_ = tl::unexpected(added.error());
    return false;
  }
  read_ += *added;
  at_end_ = *added < array_piece;
  left_ = {buffer_.data(), held + *added};
  return *added > 0;
}

bool ArrayScanner::refuse(std::string message) {
  result_ = fail(ErrorCode::bad_line, place() + std::move(message));
  return false;
}

}  // namespace paceline::workload
