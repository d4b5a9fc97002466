#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <paceline/http/client.h>
#include <paceline/loop/loop.h>
#include <paceline/pace/pacer.h>
#include <paceline/run/departure_timer.h>
#include <paceline/run/earlier_turns.h>
#include <paceline/run/intake.h>
#include <paceline/run/recorder.h>
#include <paceline/run/retry.h>
#include <paceline/run/run_stripe.h>
#include <paceline/run/verdict.h>
#include <paceline/stats/run_tally.h>

namespace paceline::run {

/// One run, or one stripe of it. The workload makes the requests, the pacer and the token budget
/// decide when each may depart, and the client sends it. Responses go to the recorder, or to the
/// queue of retries. For the loop's thread only.
class Dispatcher {
 public:
  Dispatcher(loop::Loop& loop, Workload& workload, const RunPlan& options, const RunHooks& hooks);
  stats::RunTally run();

 private:
  using Nanoseconds = std::chrono::nanoseconds;

  /// The state of one exchange.
  struct InFlightRequest {
    PendingRequest pending;
    bool is_in_flight = false;
    /// Tokens reserved for the request.
    std::uint64_t tokens = 0;
    /// Made for the first streamed response of the exchange.
    std::unique_ptr<StreamReader> stream;
  };
  /// The next request, made before it may depart.
  struct NextRequest {
    http::Exchange* exchange;
    TimePoint since;
    bool waited_for_parallel;
    Upcoming upcoming;
  };

  /// Opens the connections that the run needs, so that no handshake delays a departure.
  void open_connections();
  /// Sends the requests that may depart now, then waits for the next departure.
  void pump();
  bool send_next();
  bool prepare(TimePoint now);
  /// The earliest time at which the schedule lets a request depart that takes a slot, or that does
  /// not; 0: any time.
  Nanoseconds scheduled(bool takes_slot) const;
  /// The earliest time at which the next request may depart without the token budget; 0: any time.
  Nanoseconds next_scheduled() const;
  Nanoseconds next_departure() const;
  void depart(TimePoint now);
  /// Notes in which stage the request is sent first.
  void note_stage(PendingRequest& pending);
  std::uint64_t estimate_tokens(const Request& request) const;

  std::optional<std::size_t> read_piece(http::Exchange& exchange, std::string_view piece,
                                        TimePoint read);
  void read_response(http::Exchange& exchange);
  /// Frees the exchange of a response that has been read.
  void release(http::Exchange& exchange);
  /// Sends requests on the exchanges that responses have freed.
  void after_responses();
  void settle_tokens(const InFlightRequest& flight, const Outcome& outcome);
  /// Puts the next request back if a request that waits may depart before this request.
  void make_way();
  /// Queues a retry if the request may be sent again. Returns whether a retry was queued.
  bool retry(const http::Exchange& exchange, Outcome& outcome);
  /// Ends a turn of a session after its last try.
  void end_turn(http::Exchange& exchange, const Outcome& outcome);

  /// Of this thread and of the transport's, from the first counted request.
  Nanoseconds cpu_time() const;
  void stop(Error why);
  bool stop_asked();
  /// Checks periodically whether the run is to stop or to change its rate.
  void watch();
  void follow_rate();
  void follow_start();
  void finish_if_done();
  /// Records requests that a stop left without a response or without their retry.
  void settle_unanswered();
  void tell_progress();
  /// Keeps the tally so far in the log, for a process that is killed before the run's end.
  void keep_tally();
  bool all_sent() const { return intake_.is_empty() && !prepared_; }
  std::size_t in_flight() const { return client_.in_flight() - (prepared_ ? 1 : 0); }

  loop::Loop& loop_;
  Workload& workload_;
  const RunPlan options_;
  const RunHooks& hooks_;
  RunStart start_;
  Nanoseconds cpu_before_{0};
  Intake intake_;
  EarlierTurns earlier_turns_;
  std::optional<pace::StagedRate> stages_;
  std::optional<pace::Pacer> pacer_;
  /// Limits the rate of a replay, and of all turns of sessions.
  std::optional<pace::Pacer> limit_;
  std::optional<pace::TokenBudget> budget_;
  http::Client client_;
  /// nullptr before run().
  std::unique_ptr<DepartureTimer> wait_;
  loop::DeferredCall after_turn_;
  loop::Timer watch_;
  loop::Timer progress_watch_;
  loop::Timer tally_watch_;
  /// By exchange number.
  std::vector<InFlightRequest> flights_;
  /// By exchange number; nullptr if the exchange was never used.
  std::vector<http::Exchange*> exchanges_;
  std::optional<NextRequest> prepared_;
  Backoff backoff_;
  StopRule stop_rule_;
  std::uint64_t departures_ = 0;
  bool has_counted_ = false;
  /// Of the latest counted request.
  std::optional<std::size_t> stage_{};
  /// The changes of the rate that the pacer knows.
  std::size_t rate_changes_ = 0;
  bool at_the_cap_ = false;
  /// Responses read since requests were last sent.
  unsigned responses_read_ = 0;
  std::optional<TimePoint> stopped_;
  bool has_kept_stopped_ = false;
  std::optional<Error> stopped_why_;
  std::uint64_t responses_with_usage_ = 0;
  std::uint64_t response_tokens_ = 0;
  Recorder recorder_;
};

}  // namespace paceline::run
