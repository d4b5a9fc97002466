#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <paceline/http/client.h>
#include <paceline/loop/loop.h>
#include <paceline/pace/pacer.h>
#include <paceline/run/departure_wait.h>
#include <paceline/run/run.h>
#include <paceline/stats/tally.h>

namespace paceline {

/// One run: takes slots from the pacer, has the workload make their requests, hands them to the
/// client, and counts the replies.
class Dispatcher {
 public:
  Dispatcher(Loop& loop, Workload& workload, const RunOptions& options, const RunHooks& hooks);
  Tally run();

 private:
  using Nanoseconds = std::chrono::nanoseconds;

  /// Sends what may leave now, then waits for what may leave next.
  void pump();
  bool send_next();
  void count_reply(Exchange& exchange);
  bool stop_asked();
  /// Looks now and then whether the run is to stop.
  void watch_stop();
  void finish_if_done();
  Nanoseconds since_start(TimePoint time) const { return time - start_; }
  bool all_sent() const { return taken_ == planned_warmup_ + tally_.planned; }

  Loop& loop_;
  Workload& workload_;
  const RunOptions options_;
  const RunHooks& hooks_;
  TimePoint start_;
  std::optional<Pacer> pacer_;
  Client client_;
  DepartureWait wait_;
  Timer stop_watch_;
  /// By exchange number: the slot in flight on it.
  std::vector<Slot> slots_;
  /// Slots of this stripe.
  std::uint64_t planned_warmup_;
  std::uint64_t taken_ = 0;
  std::uint64_t counted_in_flight_ = 0;
  bool pumping_ = false;
  std::optional<TimePoint> stopped_;
  Tally tally_;
};

}  // namespace paceline
