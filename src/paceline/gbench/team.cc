#include <paceline/gbench/team.h>

#include <chrono>
#include <utility>

namespace paceline {
namespace {

// Google Benchmark releases its threads at a barrier, and each still makes its client.
constexpr std::chrono::milliseconds time_to_gather{20};

}  // namespace

std::optional<TimePoint> Team::join(std::size_t threads) {
  if (threads == 1) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (!start_) start_ = Clock::now() + time_to_gather;
  return start_;
}

std::optional<Tally> Team::leave(const Tally& tally, std::size_t threads) {
  const std::lock_guard lock(mutex_);
  if (merged_) {
    merged_->merge(tally);
  } else {
    merged_ = tally;
  }
  if (++left_ < threads) return std::nullopt;
  left_ = 0;
  start_.reset();
  return std::exchange(merged_, std::nullopt);
}

}  // namespace paceline
