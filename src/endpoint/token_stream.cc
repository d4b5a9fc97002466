#include <endpoint/token_stream.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

namespace paceline::endpoint {
namespace {

char* put(std::string_view text, char* at) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

}  // namespace

void TokenStream::start(const Generation& response, const GenerationFormat& format,
                        TimePoint first_due, LatencyModel& token_time) {
  response_ = &response;
  format_ = &format;
  token_time_ = &token_time;
  format.set_frame(response, frame_);
  due_ = first_due;
  next_ = 0;
  choice_ = 0;
  is_opened_ = false;
  is_closed_ = false;
  left_ = {};
}

TokenStream::Step TokenStream::read(std::span<char> room, TimePoint now) {
  std::size_t tokens = 0;
  std::size_t bytes = 0;
  for (;;) {
    const auto rest = room.subspan(bytes);
    if (!left_.empty()) {
      if (bytes > 0 && left_.size() > rest.size()) break;
      bytes += read_left(rest);
      if (!left_.empty()) break;
    } else if (has_all_tokens()) {
      if (is_closed_) break;
      close();
    } else if (due_ > now) {
      break;
    } else if (!is_opened_) {
      open();
    } else if (const std::size_t written = write_token(rest)) {
      bytes += written;
      ++tokens;
      advance();
    } else if (bytes > 0) {
      break;
    } else {
      keep_token();
      ++tokens;
      advance();
    }
  }
  return {bytes, tokens};
}

void TokenStream::open() {
  is_opened_ = true;
  waiting_.clear();
  format_->write_opening(*response_, waiting_);
  left_ = waiting_;
}

void TokenStream::close() {
  is_closed_ = true;
  waiting_.clear();
  format_->write_closing(*response_, waiting_);
  left_ = waiting_;
}

void TokenStream::keep_token() {
  constexpr std::size_t longest_number = 20;
  constexpr std::size_t longest_token = 16;
  waiting_.resize(frame_.before.size() + frame_.after_choice.size() + longest_token +
                  frame_.after.size() + 2 * longest_number + frame_.end.size());
  left_ = std::string_view(waiting_).substr(0, write_token(waiting_));
}

std::size_t TokenStream::read_left(std::span<char> room) {
  const std::size_t size = std::min(left_.size(), room.size());
  put(left_.substr(0, size), room.data());
  left_.remove_prefix(size);
  return size;
}

std::size_t TokenStream::write_token(std::span<char> room) const {
  std::array<char, 20> digits;
  std::array<char, 20> choice_digits;
  TokenRoom token_room;
  char* digits_end = digits.data();
  char* choice_end = choice_digits.data();
  if (!frame_.after_choice.empty()) {
    choice_end = std::to_chars(choice_end, choice_end + choice_digits.size(), choice_).ptr;
  }
  if (frame_.first_number) {
    const auto number = *frame_.first_number + next_;
    digits_end = std::to_chars(digits_end, digits_end + digits.size(), number).ptr;
  }
  const std::string_view number(digits.data(), digits_end);
  const std::string_view choice(choice_digits.data(), choice_end);
  const auto token = token_of(*response_, next_, token_room);
  const std::size_t size = frame_.before.size() + choice.size() + frame_.after_choice.size() +
                           token.size() + frame_.after.size() + number.size() + frame_.end.size();
  if (size > room.size()) return 0;
  char* at = put(frame_.before, room.data());
  at = put(choice, at);
  at = put(frame_.after_choice, at);
  at = put(token, at);
  at = put(frame_.after, at);
  at = put(number, at);
  put(frame_.end, at);
  return size;
}

void TokenStream::advance() {
  if (++choice_ < response_->choices) return;
  choice_ = 0;
  ++next_;
  if (!has_all_tokens()) due_ += token_time_->next();
}

}  // namespace paceline::endpoint
