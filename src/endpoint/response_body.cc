#include <endpoint/response_body.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

namespace paceline::endpoint {

bool BrokenBody::is_broken_by(Fault fault) {
  switch (fault) {
    case Fault::reset:
    case Fault::close:
    case Fault::half_event:
    case Fault::bad_json:
    case Fault::wrong_length:
    case Fault::slow_drip:
    case Fault::huge_body:
      return true;
    default:
      return false;
  }
}

std::optional<std::uint64_t> BrokenBody::begin(Fault fault, const FaultOptions& options,
                                               std::optional<std::uint64_t> size) {
  constexpr std::uint64_t far_too_long = std::uint64_t{1} << 40U;
  fault_ = fault;
  byte_time_ = options.time;
  due_ = {};
  bytes_sent_ = 0;
  good_bytes_ = options.after;
  if (size) good_bytes_ = std::min<std::uint64_t>(good_bytes_, *size / 2);
  switch (fault) {
    case Fault::half_event:
      return size ? std::optional<std::uint64_t>(good_bytes_) : std::nullopt;
    case Fault::wrong_length:
      return size ? *size + 1 : far_too_long;
    case Fault::huge_body:
      return std::nullopt;
    default:
      return size;
  }
}

BrokenBody::Step BrokenBody::next(std::size_t room, TimePoint now) const {
  switch (fault_) {
    case Fault::slow_drip:
      return now < due_ ? Step{Action::wait} : Step{Action::send, 1};
    case Fault::bad_json:
    case Fault::wrong_length:
      return {Action::send, room};
    default:
      break;
  }
  if (bytes_sent_ < good_bytes_) {
    return {Action::send, std::min(room, good_bytes_ - bytes_sent_)};
  }
  switch (fault_) {
    case Fault::huge_body:
      return {Action::fill};
    case Fault::half_event:
      return {Action::end};
    case Fault::reset:
      return {Action::reset};
    default:
      return {Action::close};
  }
}

void BrokenBody::change(std::span<char> bytes, TimePoint now) {
  bytes_sent_ += bytes.size();
  if (fault_ == Fault::bad_json) std::replace(bytes.begin(), bytes.end(), '}', ' ');
  if (fault_ == Fault::slow_drip) due_ = now + byte_time_;
  // A stream has to end within an event, not after one.
  if (bytes.back() == '\n' && bytes_sent_ == good_bytes_) ++good_bytes_;
}

BrokenBody::Action BrokenBody::after_end() const {
  return fault_ == Fault::wrong_length ? Action::close : Action::end;
}

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
