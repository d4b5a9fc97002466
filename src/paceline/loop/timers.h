#pragma once

#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>

#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>

namespace paceline::loop {

/// A duration, or a time since a clock's start, as system calls take it.
inline timespec to_timespec(std::chrono::nanoseconds duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  timespec value{};
  value.tv_sec = seconds.count();
  value.tv_nsec = (duration - seconds).count();
  return value;
}

/// The inverse of to_timespec().
inline std::chrono::nanoseconds from_timespec(const timespec& value) {
  return std::chrono::seconds(value.tv_sec) + std::chrono::nanoseconds(value.tv_nsec);
}

/// The time on a system clock, such as CLOCK_THREAD_CPUTIME_ID: the CPU time of this thread.
inline std::chrono::nanoseconds time_on(clockid_t clock) {
  timespec value{};
  clock_gettime(clock, &value);
  return from_timespec(value);
}

/// Blocks the loop's thread until an absolute time, then calls back as exactly as a PreciseTimer.
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

  /// Sets the time of the call, in place of an earlier one. `when` is at most `longest` away.
  void until(TimePoint when);
  void cancel();

 private:
  void sleep();

  std::function<void()> on_time_;
  TimePoint when_;
  DeferredCall sleep_;
  int slack_before_;
};

/// Calls back at an absolute time: never early, late by some tens of microseconds. Uses a timerfd
/// on CLOCK_MONOTONIC. May keep its loop running while it lives. Do not destroy a timer inside its
/// own call.
class PreciseTimer {
 public:
  /// Fails when no descriptor is left.
  static Result<std::unique_ptr<PreciseTimer>> make(Loop& loop, std::function<void()> on_time);
  PreciseTimer(const PreciseTimer&) = delete;
  PreciseTimer& operator=(const PreciseTimer&) = delete;

  /// Sets the time of the call, in place of an earlier one. A time in the past means the next
  /// iteration of the loop. Costs no system call if the timer is already set to `when`.
  void set(TimePoint when);
  void cancel();

 private:
  PreciseTimer(Loop& loop, Descriptor timer, std::function<void()> on_time);
  void arm(TimePoint when);
  void expire();
  void ring();

  std::function<void()> on_time_;
  std::optional<TimePoint> when_;
  /// When the timerfd expires.
  std::optional<TimePoint> armed_;
  Descriptor timer_;
  Poll watch_;
};

/// While it lives, this thread has a scheduler slice of 0.1 ms instead of the usual milliseconds,
/// and so runs sooner after it wakes. Needs no privilege. Has no effect before Linux 6.12; see
/// sched_setattr(2).
class SchedulerSlice {
 public:
  SchedulerSlice();
  ~SchedulerSlice();
  SchedulerSlice(const SchedulerSlice&) = delete;
  SchedulerSlice& operator=(const SchedulerSlice&) = delete;

  /// This thread's slice; nothing if the system does not report it.
  static std::optional<std::chrono::nanoseconds> current();

 private:
  std::optional<std::chrono::nanoseconds> before_;
};

}  // namespace paceline::loop
