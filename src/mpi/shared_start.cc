#include <mpi/realtime.h>
#include <mpi/shared_start.h>

#include <algorithm>
#include <cmath>

namespace paceline::mpi {

using std::chrono::nanoseconds;

SharedStart::SharedStart(const StartTime& start)
    : latest_(start),
      largest_error_(start.error),
      time_(std::make_shared<std::atomic<TimePoint>>(TimePoint(nanoseconds(start.start_ns)))) {}

void SharedStart::correct(const StartTime& start) {
  latest_ = start;
  largest_error_ = std::max(largest_error_, start.error);
}

void SharedStart::follow(TimePoint now) {
  if (latest_.is_realtime) {
    const TimePoint start(nanoseconds(latest_.start_ns) - realtime_ahead());
    time_->store(start, std::memory_order_relaxed);
    return;
  }
  const nanoseconds since = now - TimePoint(nanoseconds(latest_.at_ns));
  const double drifted = latest_.drift * static_cast<double>(since.count());
  const TimePoint start(nanoseconds(latest_.start_ns + std::llround(drifted)));
  time_->store(start, std::memory_order_relaxed);
}

}  // namespace paceline::mpi
