#pragma once

#include <chrono>
#include <functional>

#include <paceline/loop/loop.h>

namespace paceline {

/// Calls back at an absolute time, as exactly as an Alarm, and has the loop sleep until then: what
/// comes in meanwhile wakes nobody, and is handled in the same turn after the call. To wake costs
/// more than most of what one wakes for. Use it on the thread of its loop.
class Nap {
 public:
  /// For no longer may the loop be kept from all else.
  static constexpr std::chrono::milliseconds longest{1};

  Nap(Loop& loop, std::function<void()> on_time);
  ~Nap();
  Nap(const Nap&) = delete;
  Nap& operator=(const Nap&) = delete;

  /// Moves the one call to `when`, which is no more than `longest` away.
  void until(TimePoint when);
  void cancel();

 private:
  void sleep();

  std::function<void()> on_time_;
  TimePoint when_;
  HandlePtr<uv_idle_t> idle_;
  int slack_before_;
};

}  // namespace paceline
