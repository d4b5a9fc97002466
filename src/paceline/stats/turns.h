#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <paceline/histogram.h>

namespace paceline::stats {

/// The result of one turn of a session.
struct TurnResult {
  /// The number of the turn in its session, from 0 on.
  std::uint64_t turn = 0;
  bool has_failed = false;
  /// Send to last byte; nothing if the turn failed or was sent more than once.
  std::optional<std::chrono::nanoseconds> latency{};
  /// Send to first token, under the same conditions.
  std::optional<std::chrono::nanoseconds> first_token{};
  /// As the server reports them.
  std::optional<std::uint64_t> prompt_tokens{};
  std::optional<std::uint64_t> cached_tokens{};
};

/// The counts and times of the first turns of all sessions, of the second turns, and so on.
struct TurnTally {
  Histogram latency;
  /// Made for the first token; nothing for turns that do not stream.
  std::optional<Histogram> ttft{};
  std::uint64_t requests = 0;
  std::uint64_t failed = 0;
  /// Prompt tokens, and the responses that reported them.
  std::uint64_t in = 0;
  std::uint64_t responses_with_in = 0;
  /// Prompt tokens that a server read from a cache, and the responses that reported them.
  std::uint64_t cached = 0;
  std::uint64_t responses_with_cached = 0;

  void merge(const TurnTally& other);
};

/// The turns of a run's sessions by their number. Merges exactly.
class Turns {
 public:
  /// The turns with counts of their own. Later turns count as the last of them.
  static constexpr std::size_t most = 32;

  void count(const TurnResult& result);
  /// Adds the counts of another stripe of the same run.
  void merge(const Turns& other);

  /// By the number of the turn, up to the highest one.
  const std::vector<TurnTally>& tallies() const { return tallies_; }

 private:
  template <typename Value>
  friend struct Members;

  std::vector<TurnTally> tallies_;
};

}  // namespace paceline::stats
