#pragma once

#include <chrono>
#include <optional>

namespace paceline {

/// While it lives, this thread asks the scheduler for slices of 0.1 ms, and so runs soon after it
/// wakes: with slices of the usual milliseconds it waits until whoever has the core has had his.
/// Takes no privilege. Without effect before Linux 6.12 and on other systems; see sched_setattr(2).
class SchedulerSlice {
 public:
  SchedulerSlice();
  ~SchedulerSlice();
  SchedulerSlice(const SchedulerSlice&) = delete;
  SchedulerSlice& operator=(const SchedulerSlice&) = delete;

  /// This thread's slice; nothing where the system does not say.
  static std::optional<std::chrono::nanoseconds> current();

 private:
  std::optional<std::chrono::nanoseconds> before_;
};

}  // namespace paceline
