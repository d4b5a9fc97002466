#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace paceline {

/// A server-sent event. Its texts are valid during the call that brings it. After `data` stand at
/// least simdjson's padding bytes of readable memory, so that it parses in place.
struct StreamEvent {
  /// Of the field "event"; empty where there was none.
  std::string_view name;
  /// Of the fields "data", with line feeds between them.
  std::string_view data;
};

/// Reads text/event-stream as the HTML standard defines it (section 9.2.6), from chunks that are
/// cut anywhere. Memory does not grow beyond the longest event.
class EventStream {
 public:
  using OnEvent = std::function<void(const StreamEvent&)>;
  /// Takes a first line of data before the line that ends its event. True: that line is an event of
  /// its own, as from servers that put only one newline between events. False: it is a part of one.
  using OnLine = std::function<bool(const StreamEvent&)>;

  /// `longest`: of one event, so that no server can fill the memory. Without `on_line` no event
  /// ends before its empty line.
  explicit EventStream(OnEvent on_event, std::size_t longest = 16U << 20U, OnLine on_line = {});

  /// Reads on, and brings each event that has ended. False when an event is too long; then nothing
  /// more can be read before reset().
  bool take(std::string_view chunk);
  /// The stream has ended: reads its last line where that has no end. An event that has not ended
  /// is dropped, as the standard says.
  void end();
  /// Begins a new stream. An event that has not ended is dropped, as the standard says.
  void reset();
  /// How many bytes it holds of the stream.
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
  /// How far beyond read_ no end of line was found.
  std::size_t searched_ = 0;
  bool at_start_ = true;
  bool skip_line_feed_ = false;
  std::string name_;
  std::size_t data_lines_ = 0;
  /// In buffer_ for an event of one data line, as nearly all are.
  Span data_;
  std::string joined_;
};

}  // namespace paceline
