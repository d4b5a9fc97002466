#pragma once

#include <cstdint>
#include <optional>

#include <paceline/run/run_stripe.h>
#include <paceline/sessions.h>

namespace paceline::run {

/// The sessions of a run in the order in which they begin, and which of them a stripe sends: stripe
/// i of n has sessions i, i + n, and so on. A position is the place of a request among all requests
/// of the run, first those of the warm-up. The last session of the warm-up, and that of the counted
/// requests, may lack its later turns. Not thread-safe.
class SessionOrder {
 public:
  /// `sessions` and `plan` must outlive the order.
  SessionOrder(Sessions& sessions, const RunPlan& plan);

  /// The requests of the stripe, with the warm-up.
  std::uint64_t planned() const { return planned_; }
  /// The counted requests of the stripe.
  std::uint64_t counted() const { return counted_; }
  /// The sessions of the whole run, with the warm-up.
  std::uint64_t sessions() const { return all_sessions_; }

  /// The position of the first turn of the stripe's next session; nothing if no session is left.
  std::optional<std::uint64_t> begin();
  /// The position of the turn that follows; nothing after the last turn of a session in this run.
  std::optional<std::uint64_t> after(std::uint64_t position) const;

  std::uint64_t item_at(std::uint64_t position) const;
  bool is_counted(std::uint64_t position) const { return position >= plan_.warmup; }
  /// The number of the turn in its session, from 0 on.
  std::uint64_t turn_at(std::uint64_t position) const;

 private:
  /// The position at which the session after that of `position` begins.
  std::uint64_t session_after(std::uint64_t position) const;
  /// Moves `next_` over this many sessions.
  void skip(std::uint64_t sessions);

  Sessions& sessions_;
  const RunPlan& plan_;
  std::uint64_t end_;
  std::uint64_t first_of_warmup_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t all_sessions_ = 0;
  std::uint64_t planned_ = 0;
  std::uint64_t counted_ = 0;
};

}  // namespace paceline::run
