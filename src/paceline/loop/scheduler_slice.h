#pragma once

#include <chrono>
#include <optional>

namespace paceline::loop {

/// While it lives, this thread has a scheduler slice of 0.1 ms instead of the usual milliseconds,
/// and so runs sooner after it wakes. Needs no privilege. Has no effect before Linux 6.12; see
/// sched_setattr(2).
class SchedulerSlice {
 public:
  SchedulerSlice();
  ~SchedulerSlice();
  SchedulerSlice(const SchedulerSlice&) = delete;
  SchedulerSlice& operator=(const SchedulerSlice&) = delete;

  /// This thread's slice; nothing where the system does not tell it.
  static std::optional<std::chrono::nanoseconds> current();

 private:
  std::optional<std::chrono::nanoseconds> before_;
};

}  // namespace paceline::loop
