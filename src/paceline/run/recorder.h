#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <paceline/http/transport.h>
#include <paceline/message.h>
#include <paceline/run/retry.h>
#include <paceline/run/run_stripe.h>
#include <paceline/stats/run_tally.h>
#include <paceline/workload.h>

namespace paceline::run {

/// How a request departed. Times are from the start of the run.
struct Departure {
  std::chrono::nanoseconds now{0};
  /// The earliest time that the pacer, the token budget and `parallel` allowed.
  std::chrono::nanoseconds possible{0};
  bool waited_for_parallel = false;
  bool waited_for_tokens = false;
  /// The time for which only `parallel` delayed the request.
  std::chrono::nanoseconds parallel_wait{0};
};

/// Counts the outcomes of a run's requests, and writes a row for each to the log, if there is one.
/// For the run's thread only.
class Recorder {
 public:
  Recorder(const RunPlan& options, std::uint64_t planned);

  /// Sets or corrects the start of the run.
  void begin(TimePoint start);
  /// Called before the first departure of each stage. `cpu_time`: of the run's thread so far.
  void enter_stage(std::size_t stage, std::chrono::nanoseconds cpu_time);
  /// Ends the last stage.
  void leave_stage(std::chrono::nanoseconds cpu_time);
  /// Counts a connection that has been opened.
  void opened(const ConnectTimes& times) { tally_.connect.record(times.total()); }
  /// Records a departure. `pending.in_flight` includes the request.
  void departed(const PendingRequest& pending, const Departure& departure);
  /// Records a failed try after which the request is sent again. Returns the try, for abandoned().
  FailedTry retried(const PendingRequest& pending, const http::Exchange& exchange,
                    const Outcome& outcome);
  /// Counts a request that is not sent again, because the server asks for a longer wait than the
  /// run allows.
  void asked_for_too_long(const PendingRequest& pending);
  /// Records a failed request that is not sent again, because the run ends.
  void abandoned(const PendingRequest& pending, const FailedTry& last);
  /// Records a request that is still in flight when the run stops.
  void cut_off(const PendingRequest& pending, const http::Exchange& exchange, TimePoint now);
  /// Records a request that the run has cancelled. `times`: as for ended().
  void cancelled(const PendingRequest& pending, const http::Exchange& exchange,
                 const TokenTimes* times);
  /// Records a request that has ended and is not sent again. `times`: the times of a streamed
  /// response; otherwise nullptr.
  void ended(const PendingRequest& pending, const http::Exchange& exchange, const Outcome& outcome,
             const TokenTimes* times);
  /// Closes the tally after the last request. `stopped_why`: why the run ended itself early.
  stats::RunTally finish(bool cut_short, std::optional<Error> stopped_why);
  /// The tally so far as stats::bytes_of() makes it, for salvage(). `cpu_time`: as for progress().
  std::string bytes_so_far(std::chrono::nanoseconds cpu_time);
  /// The counts, latencies and bound of the run so far. `cpu_time`: of the run's thread so far.
  Progress progress(std::chrono::nanoseconds cpu_time);

 private:
  using Nanoseconds = std::chrono::nanoseconds;

  void add_stages();
  /// The recorder of the request's stage; nullptr: the run has no stages.
  Recorder* stage_of(const PendingRequest& pending);
  std::optional<Bound> bound_so_far() const;
  void end_silence(TimePoint done);
  void count_times(const PendingRequest& pending, const Response& response, bool succeeded);
  void count_objective(const PendingRequest& pending, const Response& response,
                       const Outcome& outcome, const TokenTimes* times);
  void count_tokens(const PendingRequest& pending, const Response& response, const Outcome& outcome,
                    const TokenTimes* times);
  void count_stream(const PendingRequest& pending, const Response& response, const Outcome& outcome,
                    const TokenTimes& times);
  /// Counts whether the shared prefix of a prompt was cached.
  void count_prefix(const PendingRequest& pending, const http::Exchange& exchange,
                    const Outcome& outcome, const TokenTimes* times);
  /// Counts the output tokens of a response by the second of their arrival.
  void count_arrivals(std::uint64_t tokens, const Outcome& outcome, const TokenTimes* times,
                      TimePoint done);
  void count_turn(const PendingRequest& pending, const Response& response, const Outcome& outcome,
                  const TokenTimes* times);
  void count_parts(const PendingRequest& pending, const http::Exchange& exchange,
                   const Outcome& outcome, const TokenTimes* times, std::uint64_t tokens);
  void log(const PendingRequest& pending, const http::Exchange& exchange, const Outcome& outcome,
           const TokenTimes* times);
  Nanoseconds since_start(TimePoint time) const { return time - start_; }
  Nanoseconds due_of(const PendingRequest& pending, const Response& response) const;

  const RunPlan& options_;
  /// The options of the stages' recorders.
  std::shared_ptr<const RunPlan> stage_options_;
  std::vector<Recorder> stages_;
  std::optional<std::size_t> stage_;
  /// When the stage began.
  Nanoseconds stage_cpu_{0};
  TimePoint start_;
  /// Requests that were sent and are not settled.
  std::uint64_t unfinished_ = 0;
  /// The start of the current silence: requests are in flight, and none has ended since.
  std::optional<Nanoseconds> silent_since_;
  stats::RunTally tally_;
};

}  // namespace paceline::run
