#pragma once

#include <cstdint>

#include <paceline/http/exchange.h>
#include <paceline/run/job.h>
#include <paceline/run/run.h>
#include <paceline/stats/tally.h>
#include <paceline/workload/outcome.h>
#include <paceline/workload/stream_reader.h>

namespace paceline {

/// Counts what became of a run's requests, and keeps a row of each in the log where there is one.
class Recorder {
 public:
  Recorder(const RunOptions& options, std::uint64_t planned);

  /// Times are kept from here on.
  void begin(TimePoint start) { start_ = start; }
  /// `in_flight`: at once, this one included.
  void sent(std::uint64_t in_flight);
  /// `times` of a streamed reply, otherwise nullptr.
  void ended(const Job& job, const Exchange& exchange, const Outcome& outcome,
             const TokenTimes* times);
  /// What is left in flight will never end.
  Tally finish(bool cut_short);

 private:
  using Nanoseconds = std::chrono::nanoseconds;

  void count_times(const Job& job, const Reply& reply, bool succeeded);
  void count_tokens(const Reply& reply, const Outcome& outcome, const TokenTimes* times);
  void log(const Job& job, const Exchange& exchange, const Outcome& outcome,
           const TokenTimes* times);
  Nanoseconds since_start(TimePoint time) const { return time - start_; }
  Nanoseconds due_of(const Job& job, const Reply& reply) const;

  const RunOptions& options_;
  TimePoint start_;
  std::uint64_t in_flight_ = 0;
  Tally tally_;
};

}  // namespace paceline
