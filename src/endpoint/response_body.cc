#include <endpoint/response_body.h>
#include <paceline/text/strings.h>

#include <algorithm>
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

void TokenStream::start(const Generation& response, const GenerationFormat& format,
                        TimePoint first_due, LatencyModel& token_time) {
  response_ = &response;
  format_ = &format;
  token_time_ = &token_time;
  format.set_frame(response, frame_);
  next_ = 0;
  choice_ = 0;
  due_ = first_due + token_time_->sum(next_tokens() - 1);
  is_opened_ = false;
  is_closed_ = false;
  left_ = {};
}

TokenStream::Step TokenStream::read(std::span<char> room, TimePoint now) {
  Step step;
  for (;;) {
    const auto rest = room.subspan(step.bytes);
    if (!left_.empty()) {
      if (step.bytes > 0 && left_.size() > rest.size()) break;
      step.bytes += read_left(rest);
      if (!left_.empty()) break;
    } else if (has_all_tokens()) {
      if (is_closed_) break;
      close();
    } else if (due_ > now) {
      break;
    } else if (!is_opened_) {
      open();
    } else {
      write_event();
      if (waiting_.size() > rest.size() && step.bytes > 0) break;
      left_ = waiting_;
      ++step.events;
      step.tokens += next_tokens();
      advance();
    }
  }
  return step;
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

std::size_t TokenStream::read_left(std::span<char> room) {
  const std::size_t size = std::min(left_.size(), room.size());
  std::memcpy(room.data(), left_.data(), size);
  left_.remove_prefix(size);
  return size;
}

std::size_t TokenStream::next_tokens() const {
  return std::min(response_->tokens_per_event, response_->tokens - next_);
}

void TokenStream::write_event() {
  TokenRoom room;
  waiting_ = frame_.before;
  if (!frame_.after_choice.empty()) {
    text::append_number(choice_, waiting_);
    waiting_ += frame_.after_choice;
  }
  const std::size_t end = next_ + next_tokens();
  for (std::size_t i = next_; i < end; ++i) waiting_ += token_of(*response_, i, room);
  waiting_ += frame_.after;
  for (const auto& number : frame_.numbers) {
    const std::size_t count = number.counts_tokens ? end : next_ / response_->tokens_per_event;
    text::append_number(number.first + count, waiting_);
    waiting_ += number.after;
  }
}

void TokenStream::advance() {
  if (++choice_ < response_->choices) return;
  choice_ = 0;
  next_ += next_tokens();
  if (!has_all_tokens()) due_ += token_time_->sum(next_tokens());
}

}  // namespace paceline::endpoint
