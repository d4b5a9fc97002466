#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <paceline/http/client.h>
#include <paceline/loop/loop.h>
#include <paceline/pace/pacer.h>
#include <paceline/run/departure_wait.h>
#include <paceline/run/job.h>
#include <paceline/run/recorder.h>
#include <paceline/run/run.h>
#include <paceline/stats/tally.h>

namespace paceline {

/// One run: takes slots from the pacer, has the workload make their requests, hands them to the
/// client, and the replies to the recorder.
class Dispatcher {
 public:
  Dispatcher(Loop& loop, Workload& workload, const RunOptions& options, const RunHooks& hooks);
  Tally run();

 private:
  /// What goes on on one exchange.
  struct Flight {
    Job job;
    /// Made when the first streamed reply is asked for on it.
    std::unique_ptr<StreamReader> stream;
  };

  /// Sends what may leave now, then waits for what may leave next.
  void pump();
  bool send_next();
  Job take_job(TimePoint now);
  bool read_piece(Exchange& exchange, std::string_view piece, TimePoint read);
  void read_reply(Exchange& exchange);
  bool stop_asked();
  /// Looks now and then whether the run is to stop.
  void watch_stop();
  void finish_if_done();
  bool all_sent() const { return taken_ == planned_; }

  Loop& loop_;
  Workload& workload_;
  const RunOptions options_;
  const RunHooks& hooks_;
  TimePoint start_;
  std::optional<Pacer> pacer_;
  Client client_;
  DepartureWait wait_;
  Timer stop_watch_;
  /// By exchange number.
  std::vector<Flight> flights_;
  /// Slots of this stripe, warm-up and counted ones.
  std::uint64_t planned_;
  std::uint64_t taken_ = 0;
  bool has_counted_ = false;
  bool pumping_ = false;
  std::optional<TimePoint> stopped_;
  Recorder recorder_;
};

}  // namespace paceline
