#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <paceline/clock.h>
#include <paceline/message.h>
#include <paceline/outcome.h>

namespace paceline {

/// When the tokens of one streamed response came: events that bring thoughts, content or a tool's
/// call, each taken as a token.
struct TokenTimes {
  std::uint64_t events = 0;
  TimePoint first;
  TimePoint last;
  /// The first event that is of the answer and not only of thoughts.
  std::optional<TimePoint> first_answer;
  /// Between each event and the one before.
  std::vector<std::chrono::nanoseconds> gaps;

  void add(TimePoint when, bool is_answer = true);
  void clear();
  std::size_t held() const { return gaps.capacity() * sizeof gaps[0]; }
};

/// Reads one streamed response after another, each piece by piece.
class StreamReader {
 public:
  virtual ~StreamReader() = default;
  /// A new response begins, the one to `request`.
  virtual void begin(const Request& request) = 0;
  /// Takes a piece that was read at `now`. False: the response cannot be read on.
  virtual bool take(std::string_view piece, TimePoint now) = 0;
  /// The response has ended. Where its body was kept, because its status was no success, it is
  /// there.
  virtual Outcome finish(Response& response) = 0;
  virtual const TokenTimes& times() const = 0;
  /// How many bytes it holds of the response.
  virtual std::size_t held() const { return times().held(); }
};

}  // namespace paceline
