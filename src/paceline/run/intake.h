#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include <paceline/clock.h>
#include <paceline/run/retry.h>
#include <paceline/run/run_stripe.h>
#include <paceline/run/session_order.h>
#include <paceline/sessions.h>

namespace paceline::run {

/// A request that is to be sent.
struct Upcoming {
  PendingRequest pending{};
  /// Whether the request takes a slot of the schedule.
  bool takes_slot = true;
  /// The request does not depart before this time; nothing: only the slot decides.
  std::optional<TimePoint> not_before{};
  /// The failed try that the request repeats; nothing for a first try.
  std::optional<FailedTry> last{};
};

/// What a stripe of a run has still to send: the requests that begin in slots of the schedule, the
/// later turns of sessions, and retries. For the run's thread only.
class Intake {
 public:
  /// `sessions`: nullptr if each item is a request of its own. Both must outlive the intake.
  Intake(const RunPlan& plan, Sessions* sessions);

  /// The counted requests of the stripe.
  std::uint64_t counted() const { return counted_; }
  /// The sessions of the whole run, with the warm-up; 0: the run has no sessions.
  std::uint64_t sessions() const { return order_ ? order_->sessions() : 0; }

  /// The time from the first session of one user to that of the next, so that users do not all ask
  /// at once: together the first think time.
  std::chrono::nanoseconds user_interval();
  /// The next request; nothing if the next one depends on a response. `slot`: when the next slot of
  /// the schedule allows a departure.
  std::optional<Upcoming> take(TimePoint now, TimePoint slot);
  /// Takes the latest take() back.
  void put_back(Upcoming upcoming);
  /// Whether a request that waits should be sent before `next`, which departs at `departure`.
  bool precedes(const Upcoming& next, TimePoint departure) const;
  /// Adds the retry of a request that has failed.
  void retry(const PendingRequest& pending, TimePoint not_before, FailedTry last);
  /// Adds the request that follows the last try of a turn: the next turn of the session, or the
  /// next session of the user. Returns whether there is a next turn. `done`: the end of the
  /// response. `start`: the start of the run.
  bool follow(const PendingRequest& ended, TimePoint done, TimePoint start);

  /// Whether every request has been taken.
  bool is_empty() const { return left() == 0; }
  /// The requests that have not been taken, and the retries.
  std::uint64_t left() const { return planned_ - taken_ + waiting_.size() + (put_back_ ? 1 : 0); }
  /// Removes the requests that wait.
  std::vector<Upcoming> remove_waiting();

 private:
  bool waiting_take_slots() const { return !plan_.replay && !order_; }
  std::optional<Upcoming> begin_next();
  void add(Upcoming upcoming);
  /// Adds a turn that is due `think_time` after `done`.
  void add_turn(std::uint64_t position, TimePoint done, TimePoint start);

  const RunPlan& plan_;
  Sessions* sessions_;
  std::optional<SessionOrder> order_;
  std::uint64_t planned_;
  std::uint64_t counted_;
  /// The users of the stripe whose first session has not begun.
  std::uint64_t new_users_;
  /// The requests that have been taken, or wait for their first try.
  std::uint64_t taken_ = 0;
  /// A request that takes a slot, and was taken and put back.
  std::optional<Upcoming> put_back_;
  /// A heap with the earliest request first.
  std::vector<Upcoming> waiting_;
};

}  // namespace paceline::run
