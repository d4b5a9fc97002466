#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <paceline/api.h>
#include <paceline/error.h>
#include <paceline/text_generation.h>
#include <paceline/workload.h>

namespace paceline {

/// Conversations with a language model: each turn after the first one carries the messages before
/// it, with the server's own answers, and is due when the user has thought about the last answer.
///
/// The first turn has the prompt of `generation`. Later turns have its user message alone, without
/// nonce and shared prefix. A turn that fails is left out of the history, and the session goes on.
struct ChatSession {
  /// Of every turn. Its `api` must be chat. Tools are not possible.
  TextGeneration generation{};
  /// The mean number of turns of a session. The number is from a normal distribution, rounded to a
  /// whole number from 1 to `most_turns`.
  double turns = 4;
  /// The standard deviation of the number of turns.
  double turns_stddev = 0;
  /// The mean time from the end of a response to the next turn. The time is from a normal
  /// distribution, and at least 0.
  std::chrono::nanoseconds think_time{0};
  /// The standard deviation of that time.
  std::chrono::nanoseconds think_time_stddev{0};
  /// The header with the session's identifier, which is unique to the run.
  std::string id_header = "X-Session-ID";

  /// The most turns of a session.
  static constexpr std::uint64_t most_turns = 10'000;
};

/// Why no requests can be made; nothing if they can.
std::optional<Error> find_error(const ChatSession& session);

/// Makes a workload of these sessions, called chat/session. Memory holds the histories of the
/// sessions under way. If find_error() finds an error, each request fails with that error.
std::unique_ptr<Workload> make_workload(const Api& api, const ChatSession& session);

}  // namespace paceline
