#pragma once

#include <cstddef>
#include <list>
#include <optional>

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

}  // namespace paceline::endpoint
