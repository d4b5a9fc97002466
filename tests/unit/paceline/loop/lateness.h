#pragma once

#include <paceline/clock.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace paceline::loop {

/// Collects the lateness of wake-ups, and next to each the lateness of a sleep that aims half a
/// millisecond too far. A busy machine delays both alike.
class Lateness {
 public:
  void record(Clock::duration late) {
    late_.push_back(late);
    const TimePoint due = Clock::now() + std::chrono::microseconds(700);
    std::this_thread::sleep_until(due + std::chrono::microseconds(500));
    yardstick_.push_back(Clock::now() - due);
  }

  /// Whether the median lateness is below that of the sleeps.
  bool is_far_less_than_a_millisecond() const { return median(late_) < median(yardstick_); }

 private:
  static Clock::duration median(std::vector<Clock::duration> times) {
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
  }

  std::vector<Clock::duration> late_;
  std::vector<Clock::duration> yardstick_;
};

}  // namespace paceline::loop
