#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <paceline/pace/schedule.h>

namespace paceline::pace {

/// A change of a run's rate: from `at` on, slots are due at `rpm`. `at` counts from the start of
/// the run.
struct RateChange {
  std::chrono::nanoseconds at{0};
  double rpm = 0;
};

/// The rate of a run, which somebody can change while the run goes on. The stripes of a run share
/// the object.
///
/// A change stretches or shortens the time of the schedule from one instant on: the time of the run
/// is a piecewise linear function of the time of the schedule. Slots are therefore neither added
/// nor left out, stripes keep their phase, and each change rounds the time of the schedule to a
/// whole nanosecond. The instant lies `notice` ahead, so that every stripe learns of it in time.
///
/// Rates are multiples of a tenth of the first rate. Reads no clock: callers pass times measured
/// from the start of the run. Thread-safe.
class RateChanges {
 public:
  /// The time between a change and its effect. Longer than stripes take to look for changes.
  static constexpr std::chrono::milliseconds notice{200};
  /// The slowest and the fastest rate, in tenths of the first.
  static constexpr int slowest = 1;
  static constexpr int fastest = 100;

  /// `rpm`: the first rate, in requests per minute; not 0.
  RateChanges(std::uint64_t rpm, std::size_t stripes);

  /// Asks for a rate that is this many tenths of the first rate above the rate asked for last. The
  /// next call of make() makes the change. Returns whether the rate can change that way.
  bool ask(int tenths);
  /// Requests per minute asked for last.
  double asked_rpm() const { return rpm_of(asked_.load(std::memory_order_relaxed)); }

  /// Makes the change that was asked for, if it is not made yet.
  void make(std::chrono::nanoseconds now);
  /// How often the rate was changed. A stripe that knows a smaller number has to look again.
  std::size_t count() const { return count_.load(std::memory_order_acquire); }
  /// Records how far delays have shifted the schedule of a stripe. A change takes effect in the
  /// part of the schedule that is sent at that time.
  void delayed(std::size_t stripe, std::chrono::nanoseconds delay);

  /// The changes that took effect before a time.
  std::vector<RateChange> before(std::chrono::nanoseconds time) const;
  /// The mean rate between two times. Precondition: first <= last.
  double mean_rpm(std::chrono::nanoseconds first, std::chrono::nanoseconds last) const;

 private:
  friend class ChangedSchedule;

  /// The first rate in tenths of itself.
  static constexpr int unchanged = 10;

  /// A time with one rate.
  struct Segment {
    std::chrono::nanoseconds begin{0};
    /// The time of the schedule at that time.
    std::chrono::nanoseconds scheduled{0};
    int tenths = unchanged;
  };

  static std::chrono::nanoseconds scheduled_at(const std::vector<Segment>& segments,
                                               std::chrono::nanoseconds time);
  /// When a time of the schedule comes. Rounds up.
  static std::chrono::nanoseconds time_of(const std::vector<Segment>& segments,
                                          std::chrono::nanoseconds scheduled);
  std::vector<Segment> segments() const;
  double rpm_of(int tenths) const { return rpm_ * tenths / unchanged; }

  const double rpm_;
  std::atomic<int> asked_;
  std::atomic<std::size_t> count_{0};
  mutable std::mutex mutex_;
  std::vector<Segment> segments_;
  std::vector<std::chrono::nanoseconds> delays_;
};

/// A schedule whose rate changes.
class ChangedSchedule : public Schedule {
 public:
  ChangedSchedule(std::unique_ptr<Schedule> schedule, std::shared_ptr<const RateChanges> changes);

  std::chrono::nanoseconds due(std::uint64_t slot) override;
  double interval_ns() const override;

 private:
  std::unique_ptr<Schedule> schedule_;
  std::shared_ptr<const RateChanges> changes_;
  std::size_t known_ = 0;
  std::vector<RateChanges::Segment> segments_;
};

}  // namespace paceline::pace
