#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <endpoint/generation.h>
#include <endpoint/random_models.h>
#include <paceline/clock.h>
#include <paceline/endpoint.h>

namespace paceline::endpoint {

/// Breaks the body of a response as a fault requires. Does no I/O and reads no clock: the caller
/// passes the time and sends the bytes.
class BrokenBody {
 public:
  /// Whether `fault` breaks bodies. The other faults replace or delay a response.
  static bool is_broken_by(Fault fault);

  /// Begins a body of `size` bytes, or a stream if `size` is not set. Returns the size to announce,
  /// if any.
  std::optional<std::uint64_t> begin(Fault fault, const FaultOptions& options,
                                     std::optional<std::uint64_t> size);

  /// The caller's next action.
  enum class Action {
    /// Read at most `Step::bytes` bytes of the good body, pass them to change(), and send them.
    send,
    /// Wait until due().
    wait,
    /// Send any bytes.
    fill,
    /// End the body.
    end,
    /// Close the connection.
    close,
    /// Reset the connection.
    reset,
  };
  struct Step {
    Action action;
    std::size_t bytes = 0;
  };
  /// `room`: bytes that can be sent at once, 1 or more.
  Step next(std::size_t room, TimePoint now) const;
  TimePoint due() const { return due_; }

  /// Counts the next bytes of the good body, and breaks them. `bytes` is not empty.
  void change(std::span<char> bytes, TimePoint now);
  /// Bytes counted so far.
  std::size_t bytes_sent() const { return bytes_sent_; }

  /// The caller's action after the last byte of the good body: end or close.
  Action after_end() const;

 private:
  Fault fault_ = Fault::close;
  std::chrono::nanoseconds byte_time_{0};
  TimePoint due_;
  std::size_t bytes_sent_ = 0;
  std::size_t good_bytes_ = 0;
};

/// Writes a response as server-sent events, each at its due time.
///
/// An event has one or more tokens of one choice. The choices take turns. The opening events are
/// sent with the first token, and the closing events with the last. A stream can be started again,
/// and keeps its memory.
class TokenStream {
 public:
  TokenStream() = default;
  TokenStream(const TokenStream&) = delete;
  TokenStream& operator=(const TokenStream&) = delete;

  /// The result of one read().
  struct Step {
    std::size_t bytes = 0;
    /// Events with tokens, of all choices.
    std::size_t events = 0;
    /// Tokens of all choices.
    std::size_t tokens = 0;
  };

  /// Each token after the first is due one draw of `token_time` after the token before. An event is
  /// due with its last token. The arguments outlive the stream.
  void start(const Generation& response, const GenerationFormat& format, TimePoint first_due,
             LatencyModel& token_time);

  /// Writes the events that are due at `now` and fit into `room`. Cuts an event only if it is
  /// longer than `room`.
  Step read(std::span<char> room, TimePoint now);

  /// Due time of the next event with tokens, or of the last one if all were read.
  TimePoint due() const { return due_; }
  bool has_all_tokens() const { return next_ == response_->tokens; }
  /// Whether all events have been read.
  bool has_ended() const { return is_closed_ && left_.empty(); }
  /// Bytes of memory that the stream keeps.
  std::size_t kept() const { return waiting_.capacity(); }

 private:
  void open();
  void close();
  std::size_t read_left(std::span<char> room);
  /// Number of tokens of the next event.
  std::size_t next_tokens() const;
  /// Writes the next event into waiting_.
  void write_event();
  void advance();

  const Generation* response_ = nullptr;
  const GenerationFormat* format_ = nullptr;
  LatencyModel* token_time_ = nullptr;
  TokenFrame frame_;
  TimePoint due_;
  std::size_t next_ = 0;
  std::size_t choice_ = 0;  // the one whose turn it is
  bool is_opened_ = false;
  bool is_closed_ = false;
  std::string waiting_;
  std::string_view left_;  // the unread part of waiting_
};

}  // namespace paceline::endpoint
