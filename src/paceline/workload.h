#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/clock.h>
#include <paceline/error.h>
#include <paceline/message.h>
#include <paceline/sessions.h>
#include <paceline/tally.h>

namespace paceline {

/// Numbers of tokens as the server reports them; nothing if the server reports none.
struct Usage {
  /// Tokens of the prompt.
  std::optional<std::uint64_t> prompt_tokens{};
  /// Tokens of the completion.
  std::optional<std::uint64_t> completion_tokens{};
  /// Prompt tokens that the server read from a cache.
  std::optional<std::uint64_t> cached_tokens{};
  /// Completion tokens that are reasoning.
  std::optional<std::uint64_t> reasoning_tokens{};
};

/// The result of a request.
struct Outcome {
  /// Empty: the request succeeded.
  std::optional<Failure> failure;
  /// Why the request failed. The message may contain text from the server, so pass it through the
  /// gate.
  Error error;
  /// Tokens as the server reported them.
  std::optional<Usage> usage;
  /// Request::length_asked. Set by the run.
  std::optional<LengthAsked> length_asked{};
  /// Number of streamed tokens if it differs from usage's completion tokens: a server may count
  /// reasoning that it does not send, or send reasoning that it does not count.
  std::optional<std::uint64_t> streamed_tokens{};
  /// Why the response ended. Nothing if the server does not report a reason.
  std::optional<Finish> finish{};
  /// Whether the arguments of all tool calls are valid JSON. Nothing: the response has no tool
  /// call.
  std::optional<bool> tool_calls_valid{};
  /// Request::part.
  std::uint16_t part = 0;
};

/// Arrival times of the tokens of one streamed response. An event with reasoning, content, a
/// refusal or a tool call counts as one token, unless the server tells the tokens of each event.
struct TokenTimes {
  /// Number of events with tokens.
  std::uint64_t events = 0;
  /// The first event with tokens.
  TimePoint first;
  /// The last event with tokens.
  TimePoint last;
  /// The first event with a part of the answer.
  std::optional<TimePoint> first_answer;
  /// Time from each event to the next. The time before an event of n tokens is n gaps.
  std::vector<std::chrono::nanoseconds> gaps;

  /// Adds an event. `is_answer`: whether the event has a part of the answer. `tokens`: at least 1.
  void add(TimePoint when, bool is_answer = true, std::uint64_t tokens = 1);
  /// Forgets the events, and keeps the memory.
  void clear();
  /// Memory of the gaps, in bytes.
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
  /// Arrival times of the current response, valid until the next begin().
  virtual const TokenTimes& times() const = 0;
  /// Memory that the reader holds, in bytes.
  virtual std::size_t held() const { return times().held(); }
};

/// A part of a workload that mixes several models or servers.
struct Part {
  /// The model of its requests.
  std::string model{};
  /// The URL of its requests, or its base.
  std::string url{};
  /// An item of the part, for a first request.
  std::uint64_t item = 0;
};

/// Describes a workload for people and for a log.
struct Description {
  /// Name of the runs, such as "chat/stream".
  std::string name = "requests";
  /// Empty: none.
  std::string model{};
  /// URL of the requests, or its base. Empty: the URL of the program's API.
  std::string url{};
  /// Equal for workloads whose items make the same requests apart from the salt. A JSON object; its
  /// keys name what may differ. A text that begins with # is a hash.
  std::string fingerprint{};
  /// Whether any response is streamed, so that the arrival times of its tokens are known. Nothing:
  /// not known.
  std::optional<bool> is_streamed{};
  /// The parts, in the order of Request::part. Empty: one part, of this model and URL.
  std::vector<Part> parts{};
};

/// Makes the request of item k and reads its response. Called on the run's thread only.
class Workload {
 public:
  virtual ~Workload() = default;
  /// Describes the workload. Constant during a run.
  virtual Description describe() const { return {}; }
  /// Adapts further requests to a server whose first response shows that it refuses or ignores a
  /// field, if the workload can do without the field. Returns the change, for people; empty: none.
  virtual std::string adapt(const Outcome& /*first*/) { return {}; }
  /// Called before the first request of a run. With another salt, the same item must make a
  /// different request. Otherwise a cache that an earlier run has filled could answer.
  virtual void begin_run(std::uint64_t /*salt*/) {}
  /// Makes the request of `item`. `request` may contain an earlier request, so set every field. On
  /// an error leave the URL empty: the request then fails, and read() returns the error.
  virtual void make(std::uint64_t item, Request& request) = 0;
  /// Reads the response to `request`. May grow the capacity of the body, for a parser's padding.
  virtual Outcome read(const Request& request, Response& response) = 0;
  /// How the items form sessions, which the workload owns; nullptr: each item is a request of its
  /// own. Constant during the workload's life.
  virtual Sessions* sessions() { return nullptr; }
  /// Ends a turn of a session, after its last try. `is_last`: whether the run sends no later turn
  /// of the session.
  virtual void end_turn(std::uint64_t /*item*/, const Request& /*request*/, Response& /*response*/,
                        const Outcome& /*outcome*/, bool /*is_last*/) {}
  /// Called after the last response of a run. Returns how many of the run's counted responses have
  /// the format that was asked for; may wait for checks that are not done.
  virtual FormatChecks end_run() { return {}; }
  /// Makes a reader of streamed responses; required if any request asks for one. Several readers
  /// are in use at once.
  virtual std::unique_ptr<StreamReader> make_stream_reader() { return nullptr; }
};

/// The outcome of a failed request.
Outcome failed(Failure failure, Error error);
/// The outcome of a failed request, with the error code for that kind of failure.
Outcome failed(Failure failure, std::string message);

/// The outcome by transport and HTTP status. A status from 200 to 299 is a success.
Outcome read_status(const Response& response);

}  // namespace paceline
