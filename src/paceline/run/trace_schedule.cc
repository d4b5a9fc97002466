#include <paceline/run/trace_schedule.h>

#include <algorithm>
#include <utility>

namespace paceline::run {

TraceSchedule::TraceSchedule(std::shared_ptr<const workload::Trace> trace,
                             std::span<const std::uint64_t> items)
    : rows_(std::move(trace)), items_(items) {
  if (!items_.empty()) begin_ = time_of(items_.front());
}

std::chrono::nanoseconds TraceSchedule::due(std::uint64_t slot) {
  const std::size_t slots = items_.empty() ? rows_.trace().size() : items_.size();
  if (slot < slots) due_ = time_of(items_.empty() ? slot : items_[slot]) - begin_;
  return due_;
}

std::chrono::nanoseconds TraceSchedule::time_of(std::uint64_t row) {
  const auto read = rows_.read(static_cast<std::size_t>(row));
  return read ? (*read)->at : due_ + begin_;
}

double TraceSchedule::interval_ns() const {
  const workload::Trace& trace = rows_.trace();
  const auto gaps = static_cast<double>(std::max<std::size_t>(2, trace.size()) - 1);
  return std::max(1.0, static_cast<double>(trace.length().count()) / gaps);
}

double mean_rpm(const workload::Trace& trace) {
  if (trace.length().count() == 0) return 0;
  return 60e9 * static_cast<double>(trace.size() - 1) / static_cast<double>(trace.length().count());
}

}  // namespace paceline::run
