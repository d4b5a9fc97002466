#include <paceline/api/event_stream.h>
#include <paceline/text/strings.h>
#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace paceline::api {

EventStream::EventStream(OnEvent on_event, std::size_t longest, OnLine on_line)
    : on_event_(std::move(on_event)), on_line_(std::move(on_line)), longest_(longest) {}

bool EventStream::take(std::string_view chunk) {
  if (std::exchange(skip_line_feed_, skip_line_feed_ && chunk.empty()) && chunk.starts_with('\n')) {
    chunk.remove_prefix(1);
  }
  buffer_.reserve(buffer_.size() + chunk.size() + simdjson::SIMDJSON_PADDING);
  buffer_.append(chunk);
  std::string_view line;
  while (next_line(line)) read_line(line);
  drop_what_was_read();
  return buffer_.size() + joined_.size() <= longest_;
}

void EventStream::end() {
  if (read_ < buffer_.size()) take("\n");
}

void EventStream::reset(bool has_bare_objects) {
  has_bare_objects_ = has_bare_objects;
  buffer_.clear();
  read_ = 0;
  searched_ = 0;
  at_start_ = true;
  skip_line_feed_ = false;
  name_.clear();
  joined_.clear();
  data_lines_ = 0;
}

bool EventStream::next_line(std::string_view& line) {
  const std::string_view text = buffer_;
  const std::size_t line_feed = text.find('\n', searched_);
  const std::size_t end = std::min(line_feed, text.size());
  const std::size_t carriage_return = text.substr(0, end).find('\r', searched_);
  if (carriage_return != std::string_view::npos) {
    line = text.substr(read_, carriage_return - read_);
    read_ = carriage_return + 1;
    if (read_ == text.size()) {
      skip_line_feed_ = true;
    } else if (text[read_] == '\n') {
      ++read_;
    }
  } else if (line_feed != std::string_view::npos) {
    line = text.substr(read_, line_feed - read_);
    read_ = line_feed + 1;
  } else {
    searched_ = text.size();
    return false;
  }
  searched_ = read_;
  return true;
}

void EventStream::read_line(std::string_view line) {
  if (std::exchange(at_start_, false) && line.starts_with(text::byte_order_mark)) {
    line.remove_prefix(text::byte_order_mark.size());
  }
  if (line.empty()) {
    end_event();
    return;
  }
  if (has_bare_objects_ && line.starts_with('{')) {
    end_event();
    on_event_({name_, line});
    return;
  }
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value;
  if (colon != std::string_view::npos) value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    add_data(value);
  } else if (field == "event") {
    name_ = value;
  }
}

void EventStream::add_data(std::string_view value) {
  if (++data_lines_ == 1) {
    data_ = {static_cast<std::size_t>(value.data() - buffer_.data()), value.size()};
    if (value.empty()) data_ = {};
    if (on_line_ && on_line_({name_, value})) {
      data_lines_ = 0;
      data_ = {};
      name_.clear();
    }
    return;
  }
  if (data_lines_ == 2) joined_.assign(buffer_, data_.begin, data_.length);
  joined_.append(1, '\n').append(value);
}

void EventStream::end_event() {
  if (data_lines_ == 1) {
    on_event_({name_, std::string_view(buffer_).substr(data_.begin, data_.length)});
  } else if (data_lines_ > 1) {
    joined_.reserve(joined_.size() + simdjson::SIMDJSON_PADDING);
    on_event_({name_, joined_});
    joined_.clear();
  }
  data_lines_ = 0;
  name_.clear();
}

void EventStream::drop_what_was_read() {
  const bool holds_data = data_lines_ == 1 && data_.length > 0;
  const std::size_t dropped = holds_data ? data_.begin : read_;
  if (dropped == 0) return;
  buffer_.erase(0, dropped);
  read_ -= dropped;
  searched_ -= dropped;
  if (holds_data) data_.begin = 0;
}

}  // namespace paceline::api
