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

/// Arrival times of the tokens of one streamed response. An event with reasoning, content, a
/// refusal or a tool call counts as one token.
struct TokenTimes {
  std::uint64_t events = 0;
  TimePoint first;
  TimePoint last;
  /// The first event with a part of the answer.
  std::optional<TimePoint> first_answer;
  /// Time from each event to the next.
  std::vector<std::chrono::nanoseconds> gaps;

  void add(TimePoint when, bool is_answer = true);
  void clear();
  std::size_t held() const { return gaps.capacity() * sizeof gaps[0]; }
};

/// Reads streamed responses, one after another, piece by piece. Used on the run's thread only.
class StreamReader {
 public:
  virtual ~StreamReader() = default;
  /// Begins the response to `request`.
  virtual void begin(const Request& request) = 0;
  /// Reads a piece that arrived at `now`. False: the response is invalid, and the rest is not
  /// needed.
  virtual bool take(std::string_view piece, TimePoint now) = 0;
  /// Ends the response. Its body is present only for a failure status.
  virtual Outcome finish(Response& response) = 0;
  virtual const TokenTimes& times() const = 0;
  /// Memory that the reader holds, in bytes.
  virtual std::size_t held() const { return times().held(); }
};

}  // namespace paceline
