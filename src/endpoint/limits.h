#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/pace/pacer.h>

namespace paceline::endpoint {

/// Limits how many waiters are served at once. The others wait in a queue, first come, first
/// served.
template <typename Waiter>
class Capacity {
 public:
  /// State of one waiter: served, queued, or neither. Must not move in memory.
  class Place {
   public:
    bool is_served() const { return is_served_; }

   private:
    friend class Capacity;
    bool is_served_ = false;
    std::optional<typename std::list<Place*>::iterator> waiting_;
    Waiter* owner_ = nullptr;
  };

  /// `concurrency`: most waiters served at once; 0: no limit. `queue`: most waiters in the queue;
  /// nothing: no limit.
  Capacity(std::size_t concurrency, std::optional<std::size_t> queue)
      : concurrency_(concurrency), queue_(queue) {}

  /// Whether a further waiter can neither be served nor queued.
  bool is_full() const { return !has_room() && queue_ && waiting_.size() >= *queue_; }

  /// Serves the waiter, or appends the waiter to the queue. Requires !is_full().
  void enter(Waiter& waiter, Place& place) {
    place.owner_ = &waiter;
    if (has_room()) {
      ++served_;
      place.is_served_ = true;
    } else {
      place.waiting_ = waiting_.insert(waiting_.end(), &place);
    }
  }

  /// Removes the waiter. Returns the waiter that is served instead; nullptr: none.
  Waiter* leave(Place& place) {
    if (place.waiting_) {
      waiting_.erase(*place.waiting_);
      place.waiting_.reset();
      return nullptr;
    }
    if (!place.is_served_) return nullptr;
    place.is_served_ = false;
    if (waiting_.empty()) {
      --served_;
      return nullptr;
    }
    Place& next = *waiting_.front();
    waiting_.pop_front();
    next.waiting_.reset();
    next.is_served_ = true;
    return next.owner_;
  }

  std::size_t served() const { return served_; }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  bool has_room() const { return concurrency_ == 0 || served_ < concurrency_; }

  std::size_t concurrency_;
  std::optional<std::size_t> queue_;
  std::size_t served_ = 0;
  std::list<Place*> waiting_;
};

/// Limits the requests and tokens per minute of all clients together, by GCRA.
///
/// One second's worth may arrive at once, as OpenAI enforces 60,000 per minute as 1,000 per second.
/// A client that paces evenly at the limit is therefore never refused, even if the network delays
/// its requests by up to a second. A window of length w has at most (w + 1 s) x rate + 1 accepted
/// requests, and at most (w + 1 s) x rate tokens plus those of its last request. Refused requests
/// do not count.
///
/// Reads no clock: times count from the start of the server.
class RateLimiter {
 public:
  static constexpr std::chrono::seconds burst{1};

  /// 0: no limit.
  RateLimiter(std::uint64_t requests_per_minute, std::uint64_t tokens_per_minute);

  struct Refusal {
    /// The type of OpenAI's error: "requests" or "tokens".
    std::string_view type;
    std::string message;
    /// Time until a request is accepted.
    std::chrono::nanoseconds wait;
  };

  /// Accepts a request that uses `tokens`, or refuses it.
  std::optional<Refusal> take(std::chrono::nanoseconds now, std::uint64_t tokens);

  /// The values of the headers x-ratelimit-*.
  struct Level {
    std::uint64_t limit;
    /// Requests or tokens that would be accepted at once.
    std::uint64_t remaining;
    /// Time until one second's worth is available again.
    std::chrono::nanoseconds reset;
  };
  std::optional<Level> requests(std::chrono::nanoseconds now) const;
  std::optional<Level> tokens(std::chrono::nanoseconds now) const;

 private:
  struct Limit {
    std::uint64_t a_minute;
    pace::TokenBudget budget;
  };
  static std::optional<Limit> make_limit(std::uint64_t a_minute);
  static std::optional<Refusal> refuse(const std::optional<Limit>& limit,
                                       std::chrono::nanoseconds now, std::string_view type,
                                       std::string_view name);
  static std::optional<Level> level(const std::optional<Limit>& limit,
                                    std::chrono::nanoseconds now);

  std::optional<Limit> requests_;
  std::optional<Limit> tokens_;
};

/// A time in the format of OpenAI's headers, such as "12ms", "1.5s" or "6m0s", rounded up to
/// milliseconds.
std::string reset_text(std::chrono::nanoseconds time);

}  // namespace paceline::endpoint
