#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <paceline/pace/schedule.h>
#include <paceline/workload/trace.h>

namespace paceline::run {

/// The arrivals of a trace: slot k is due when row k is due. For the rest of a trace, slot k has
/// row `items[k]`, and slot 0 is due at 0. If the file has changed and a row cannot be read, the
/// row is due with the row before it. Not thread-safe.
class TraceSchedule : public pace::Schedule {
 public:
  /// `items`: ascending; empty: all rows, from 0 on.
  TraceSchedule(std::shared_ptr<const workload::Trace> trace, std::span<const std::uint64_t> items);

  std::chrono::nanoseconds due(std::uint64_t slot) override;
  double interval_ns() const override;

 private:
  std::chrono::nanoseconds time_of(std::uint64_t row);

  workload::TraceReader rows_;
  std::span<const std::uint64_t> items_;
  /// When the row of slot 0 is due in the whole trace.
  std::chrono::nanoseconds begin_{0};
  /// The due time of the latest slot.
  std::chrono::nanoseconds due_{0};
};

/// The rate of a trace in requests per minute; 0: all of its rows are due at once.
double mean_rpm(const workload::Trace& trace);

}  // namespace paceline::run
