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

/// A response as server-sent events, each at its due time: one for every token of each choice,
/// those before with the first and those after with the last. The choices take turns. Can be
/// started again, and keeps its memory for that.
class TokenStream {
 public:
  TokenStream() = default;
  TokenStream(const TokenStream&) = delete;
  TokenStream& operator=(const TokenStream&) = delete;

  /// What one read() wrote.
  struct Step {
    std::size_t bytes = 0;
    /// Of all choices.
    std::size_t tokens = 0;
  };

  /// The arguments outlive the stream. Each token after the first is due `token_time` after the one
  /// before it.
  void start(const Generation& response, const GenerationFormat& format, TimePoint first_due,
             LatencyModel& token_time);

  /// Writes what is due by `now` and fits into `room`. Cuts an event only when it is longer than
  /// the whole room.
  Step read(std::span<char> room, TimePoint now);

  /// Of the next token, or of the last one when there is no other.
  TimePoint due() const { return due_; }
  bool has_all_tokens() const { return next_ == response_->tokens; }
  /// All of it has been read.
  bool has_ended() const { return is_closed_ && left_.empty(); }
  /// Bytes that it keeps for its next start.
  std::size_t kept() const { return waiting_.capacity(); }

 private:
  void open();
  void close();
  void keep_token();
  std::size_t read_left(std::span<char> room);
  /// The next token's event; 0 when it does not fit.
  std::size_t write_token(std::span<char> room) const;
  void advance();

  const Generation* response_ = nullptr;
  const GenerationFormat* format_ = nullptr;
  LatencyModel* token_time_ = nullptr;
  TokenFrame frame_;
  TimePoint due_;
  std::size_t next_ = 0;
  std::size_t choice_ = 0;  // whose turn it is
  bool is_opened_ = false;
  bool is_closed_ = false;
  std::string waiting_;
  std::string_view left_;  // of waiting_, what has not been read
};

}  // namespace paceline::endpoint
