#include <mpi/realtime.h>
#include <mpi/shared_start.h>

#include <algorithm>
#include <cmath>

namespace paceline::mpi {

using std::chrono::nanoseconds;

SharedStart::SharedStart(const StartTime& start)
    : latest_(start),
      largest_error_(start.error),
      time_(std::make_shared<std::atomic<TimePoint>>(TimePoint(start.start))) {}

void SharedStart::correct(const StartTime& start) {
  latest_ = start;
  largest_error_ = std::max(largest_error_, start.error);
}

void SharedStart::follow(TimePoint now) {
  if (latest_.is_realtime) {
    const TimePoint start(latest_.start - realtime_ahead());
    time_->store(start, std::memory_order_relaxed);
    return;
  }
  const nanoseconds since = now - TimePoint(latest_.at);
  const nanoseconds drifted(std::llround(latest_.drift * static_cast<double>(since.count())));
  const TimePoint start(latest_.start + drifted);
  time_->store(start, std::memory_order_relaxed);
}

}  // namespace paceline::mpi
