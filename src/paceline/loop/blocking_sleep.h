#pragma once

#include <chrono>
#include <functional>

#include <paceline/loop/loop.h>

namespace paceline::loop {

/// Blocks the loop's thread until an absolute time, then calls back, as exactly as a PreciseTimer.
/// I/O that becomes ready meanwhile is handled afterwards in the same iteration of the loop: one
/// wake-up instead of two. Use it only while every outstanding response carries a kernel timestamp;
/// otherwise the delay would show up in the measured latency. For the loop's thread only.
class BlockingSleep {
 public:
  /// The longest time for which the loop may be blocked.
  static constexpr std::chrono::milliseconds longest{1};

  BlockingSleep(Loop& loop, std::function<void()> on_time);
  ~BlockingSleep();
  BlockingSleep(const BlockingSleep&) = delete;
  BlockingSleep& operator=(const BlockingSleep&) = delete;

  /// Moves the one call to `when`, which is at most `longest` away.
  void until(TimePoint when);
  void cancel();

 private:
  void sleep();

  std::function<void()> on_time_;
  TimePoint when_;
  DeferredCall sleep_;
  int slack_before_;
};

}  // namespace paceline::loop
