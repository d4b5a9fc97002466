#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <paceline/run/run_stripe.h>
#include <paceline/stats/byte_form.h>

namespace paceline::mpi {

/// The kinds of messages between ranks. Each kind is an MPI tag.
enum class Kind : int {
  /// A call of run::Ranks: to rank 0, and its answer.
  call,
  /// A rank's own tally, for rank 0.
  tally,
  /// Shows that the sender is alive, with its state.
  pulse,
  /// Asks a rank for the time on its clock.
  ping,
  /// Answers a ping.
  pong,
  /// Corrects the start of a run on the receiver's clock.
  start,
  /// The rank ends.
  bye,
};

/// A message as MPI delivers it.
struct Message {
  std::uint64_t from = 0;
  Kind kind = Kind::call;
  std::string bytes{};
};

/// A call of run::Ranks by a rank, or rank 0's answer.
struct Call {
  /// Counts the calls of each rank, which are the same.
  std::uint64_t number = 0;
  /// Names the call.
  std::string what{};
  std::string text{};
};

/// A rank's own tally of a run.
struct OwnTally {
  std::uint64_t run = 0;
  /// As stats::bytes_of() makes them.
  std::string bytes{};
};

/// The state of a rank. Rank 0's is that of all.
struct Pulse {
  /// Whether the program is to stop.
  bool is_stopped = false;
  /// Why the program is to stop, if a rank was lost.
  std::optional<Error> broken{};
  /// The run that has ended early; 0: none.
  std::uint64_t ended_run = 0;
  /// The run whose tallies rank 0 needs from each rank itself; 0: none.
  std::uint64_t direct_run = 0;
  /// The run that the progress is of.
  std::uint64_t run = 0;
  std::optional<run::Progress> progress{};
};

/// The start of a run. Times are on the receiver's clock, from its epoch.
struct StartTime {
  std::uint64_t run = 0;
  /// Whether the receiver has another clock than rank 0.
  bool is_other_clock = false;
  /// Whether `start` is a time of day. If so, `at` and `drift` are not used.
  bool is_realtime = false;
  /// The start, as rank 0 knows it at the time `at`.
  std::chrono::nanoseconds start{0};
  std::chrono::nanoseconds at{0};
  /// By how many seconds the start moves per second, because the clocks drift apart.
  double drift = 0;
  /// How far the start may be wrong.
  std::chrono::nanoseconds error{0};
};

}  // namespace paceline::mpi

namespace paceline::stats {

/// The members of a call.
template <>
struct Members<mpi::Call> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& call) {
    auto& [number, what, text] = call;
    form(number, what, text);
  }
};

/// The members of a rank's own tally.
template <>
struct Members<mpi::OwnTally> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& tally) {
    auto& [run, bytes] = tally;
    form(run, bytes);
  }
};

/// The members of a pulse.
template <>
struct Members<mpi::Pulse> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& pulse) {
    auto& [is_stopped, broken, ended_run, direct_run, run, progress] = pulse;
    form(is_stopped, broken, ended_run, direct_run, run, progress);
  }
};

/// The members of a start.
template <>
struct Members<mpi::StartTime> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& start) {
    auto& [run, is_other_clock, is_realtime, begin, at, drift, error] = start;
    form(run, is_other_clock, is_realtime, begin, at, drift, error);
  }
};

/// The members of a progress.
template <>
struct Members<run::Progress> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& progress) {
    auto& [planned, ended, failed, cancelled, left, departures, in_flight, is_warming_up, p50, p99,
           latency, failures, streams, ttft_p50, ttft_p99, tokens, bound, retry_in] = progress;
    form(planned, ended, failed, cancelled, left, departures, in_flight, is_warming_up, p50, p99,
         failures, streams, ttft_p50, ttft_p99, tokens, bound, retry_in);
    // Most counts are 0.
    std::vector<std::uint64_t> counts(latency.begin(), latency.end());
    form.counts(counts, latency.size());
    if constexpr (Form::reads) {
      counts.resize(latency.size());
      std::copy(counts.begin(), counts.end(), latency.begin());
    }
  }
};

}  // namespace paceline::stats
