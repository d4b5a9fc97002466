#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace paceline::api {

/// A server-sent event. The texts are valid during the callback. simdjson's padding bytes after
/// `data` are readable, so that `data` parses in place.
struct StreamEvent {
  /// Value of the field "event"; empty if there was none.
  std::string_view name;
  /// Values of the fields "data", joined by line feeds.
  std::string_view data;
};

/// Parses text/event-stream (HTML standard, section 9.2.6) from chunks of any size. Memory does not
/// grow beyond the longest event. Not thread-safe.
class EventStream {
 public:
  using OnEvent = std::function<void(const StreamEvent&)>;
  /// Called with the first data line of an event before the event has ended. Returns true if the
  /// line is an event of its own, as from servers that separate events by one newline only, and
  /// false if the line may be a part of an event.
  using OnLine = std::function<bool(const StreamEvent&)>;

  /// `longest` is the maximum length of an event in bytes; it bounds the memory. Without `on_line`,
  /// only an empty line ends an event.
  explicit EventStream(OnEvent on_event, std::size_t longest = 16U << 20U, OnLine on_line = {});

  /// Reads a chunk and calls back for each event that has ended. False if an event is too long;
  /// then reset() must follow.
  bool take(std::string_view chunk);
  /// Reads the last line if it has no line end. An unfinished event is dropped, as the standard
  /// requires.
  void end();
  /// Begins a new stream and drops an unfinished event. `has_bare_objects`: whether a line that
  /// begins with { is an event of its own, as in newline-delimited JSON.
  void reset(bool has_bare_objects = false);
  /// Memory that is held, in bytes.
  std::size_t held() const { return buffer_.capacity() + joined_.capacity(); }

 private:
  struct Span {
    std::size_t begin = 0;
    std::size_t length = 0;
  };

  bool next_line(std::string_view& line);
  void read_line(std::string_view line);
  void add_data(std::string_view value);
  void end_event();
  void drop_what_was_read();

  OnEvent on_event_;
  OnLine on_line_;
  std::size_t longest_;
  std::string buffer_;
  std::size_t read_ = 0;
  /// There is no line end from read_ to here.
  std::size_t searched_ = 0;
  bool at_start_ = true;
  bool skip_line_feed_ = false;
  bool has_bare_objects_ = false;
  std::string name_;
  std::size_t data_lines_ = 0;
  /// The data in buffer_ while the event has one data line; nearly all events have one.
  Span data_;
  std::string joined_;
};

}  // namespace paceline::api
