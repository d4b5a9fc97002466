#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <paceline/http/exchange.h>
#include <paceline/outcome.h>
#include <paceline/run/progress.h>
#include <paceline/run/retry.h>
#include <paceline/run/run.h>
#include <paceline/stats/run_tally.h>
#include <paceline/stream_reader.h>

namespace paceline {

/// How a request left, in time from the start of the run.
struct Departure {
  std::chrono::nanoseconds now{0};
  /// The earliest that the pacer, the token budget and `parallel` allowed.
  std::chrono::nanoseconds possible{0};
  bool waited_for_parallel = false;
  bool waited_for_tokens = false;
  /// The time for which only the cap on requests in flight held the request back.
  std::chrono::nanoseconds parallel_wait{0};
};

/// Counts what became of a run's requests, and keeps a row of each in the log where there is one.
class Recorder {
 public:
  Recorder(const RunOptions& options, std::uint64_t planned);

  /// Times are kept from here on.
  void begin(TimePoint start) { start_ = start; }
  /// `pending` leaves, with so many in flight as it says.
  void departed(const PendingRequest& pending, const Departure& departure);
  /// It failed, and is to be tried again. What is to be known of that if it is not.
  FailedTry retried(const PendingRequest& pending, const Exchange& exchange,
                    const Outcome& outcome);
  /// It is not tried again, because the server asks for a longer wait than the run allows.
  void asked_for_too_long(const PendingRequest& pending);
  /// It failed, was to be tried again, and is not, because the run ends.
  void abandoned(const PendingRequest& pending, const FailedTry& last);
  /// It is in flight, and the run does not wait for its response.
  void cut_off(const PendingRequest& pending, const Exchange& exchange, TimePoint now);
  /// For good. `times` of a streamed response, otherwise nullptr.
  void ended(const PendingRequest& pending, const Exchange& exchange, const Outcome& outcome,
             const TokenTimes* times);
  /// Closes the tally after the last request. `stopped_why`: why the run ended itself early.
  RunTally finish(bool cut_short, std::optional<Error> stopped_why);
  /// What of it is counted here: requests and latencies.
  Progress progress() const;

 private:
  using Nanoseconds = std::chrono::nanoseconds;

  void end_silence(TimePoint done);
  void count_times(const PendingRequest& pending, const Response& response, bool succeeded);
  void count_objective(const PendingRequest& pending, const Response& response,
                       const Outcome& outcome, const TokenTimes* times);
  void count_tokens(const PendingRequest& pending, const Response& response, const Outcome& outcome,
                    const TokenTimes* times);
  void count_stream(const PendingRequest& pending, const Response& response, const Outcome& outcome,
                    const TokenTimes& times);
  void log(const PendingRequest& pending, const Exchange& exchange, const Outcome& outcome,
           const TokenTimes* times);
  Nanoseconds since_start(TimePoint time) const { return time - start_; }
  Nanoseconds due_of(const PendingRequest& pending, const Response& response) const;

  const RunOptions& options_;
  TimePoint start_;
  /// Sent, and not ended for good.
  std::uint64_t unfinished_ = 0;
  /// The start of the current silence: requests are in flight and none has ended since.
  std::optional<Nanoseconds> silent_since_;
  RunTally tally_;
};

}  // namespace paceline
