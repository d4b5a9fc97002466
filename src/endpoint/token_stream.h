#pragma once

#include <endpoint/generation.h>
#include <endpoint/generation_format.h>
#include <endpoint/random_models.h>
#include <paceline/clock.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace paceline::endpoint {

/// Writes a response as server-sent events, each at its due time.
///
/// Each token of each choice is one event. The choices take turns. The opening events come with the
/// first token, and the closing events with the last. A stream can be started again, and keeps its
/// memory.
class TokenStream {
 public:
  TokenStream() = default;
  TokenStream(const TokenStream&) = delete;
  TokenStream& operator=(const TokenStream&) = delete;

  /// The result of one read().
  struct Step {
    std::size_t bytes = 0;
    /// Tokens of all choices.
    std::size_t tokens = 0;
  };

  /// Each token after the first is due one draw of `token_time` after the token before. The
  /// arguments outlive the stream.
  void start(const Generation& response, const GenerationFormat& format, TimePoint first_due,
             LatencyModel& token_time);

  /// Writes the events that are due at `now` and fit into `room`. Cuts an event only if it is
  /// longer than `room`.
  Step read(std::span<char> room, TimePoint now);

  /// Due time of the next token, or of the last one if all were read.
  TimePoint due() const { return due_; }
  bool has_all_tokens() const { return next_ == response_->tokens; }
  /// Whether all events have been read.
  bool has_ended() const { return is_closed_ && left_.empty(); }
  /// Bytes of memory that the stream keeps.
  std::size_t kept() const { return waiting_.capacity(); }

 private:
  void open();
  void close();
  void keep_token();
  std::size_t read_left(std::span<char> room);
  /// Writes the next token's event, and returns its size; 0 if it does not fit.
  std::size_t write_token(std::span<char> room) const;
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
