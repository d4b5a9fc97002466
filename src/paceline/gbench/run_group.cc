#include <paceline/gbench/run_group.h>

#include <chrono>
#include <utility>

namespace paceline::gbench {
namespace {

// The threads that wait for the last one need this time to wake up.
constexpr std::chrono::milliseconds time_to_wake{1};

}  // namespace

GroupRun RunGroup::join(const pace::Stripe& stripe, const std::function<GroupRun()>& begin) {
  std::unique_lock lock(mutex_);
  if (stripe.index == 0) {
    run_ = begin();
    changed_.notify_all();
  } else {
    changed_.wait(lock, [this] { return run_.has_value(); });
  }
  return *run_;
}

TimePoint RunGroup::start(const pace::Stripe& stripe) {
  if (stripe.count == 1) return Clock::now();
  std::unique_lock lock(mutex_);
  ++ready_;
  start_if_ready(stripe.count);
  changed_.wait(lock, [this] { return start_.has_value(); });
  return *start_;
}

void RunGroup::start_if_ready(std::uint64_t stripes) {
  if (start_ || ready_ + left_ < stripes) return;
  start_ = Clock::now() + time_to_wake;
  changed_.notify_all();
}

std::optional<stats::RunTally> RunGroup::leave(const pace::Stripe& stripe,
                                               const stats::RunTally& tally) {
  std::unique_lock lock(mutex_);
  if (merged_) {
    merged_->merge(tally);
  } else {
    merged_ = tally;
  }
  ++left_;
  start_if_ready(stripe.count);
  changed_.notify_all();
  if (stripe.index > 0) {
    // The leader may begin the next run before this thread wakes.
    changed_.wait(lock, [this, left = runs_] { return runs_ != left; });
    return std::nullopt;
  }
  changed_.wait(lock, [&] { return left_ == stripe.count; });
  ++runs_;
  run_.reset();
  start_.reset();
  ready_ = 0;
  left_ = 0;
  changed_.notify_all();
  return std::exchange(merged_, std::nullopt);
}

}  // namespace paceline::gbench
