#include <paceline/gbench/run_group.h>

#include <chrono>
#include <utility>

namespace paceline::gbench {
namespace {

// Google Benchmark releases its threads at a barrier. Each thread then makes its client.
constexpr std::chrono::milliseconds time_to_gather{20};

}  // namespace

GroupRun RunGroup::join(std::size_t threads, const std::function<GroupRun()>& begin) {
  const std::lock_guard lock(mutex_);
  if (!run_) {
    run_ = begin();
    if (threads > 1) run_->start = Clock::now() + time_to_gather;
  }
  return *run_;
}

std::optional<stats::RunTally> RunGroup::leave(const stats::RunTally& tally, std::size_t threads) {
  const std::lock_guard lock(mutex_);
  if (merged_) {
    merged_->merge(tally);
  } else {
    merged_ = tally;
  }
  if (++left_ < threads) return std::nullopt;
  left_ = 0;
  run_.reset();
  return std::exchange(merged_, std::nullopt);
}

}  // namespace paceline::gbench
