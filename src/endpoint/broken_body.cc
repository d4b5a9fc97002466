#include <endpoint/broken_body.h>

#include <algorithm>

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

}  // namespace paceline::endpoint
