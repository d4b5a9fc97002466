#pragma once

#include <cstddef>
#include <list>
#include <optional>

namespace paceline {

/// Serves so many at once, and has the others wait in a queue: first come, first served.
template <typename Waiter>
class Capacity {
 public:
  /// Whether a waiter is served, in the queue, or neither. Is not moved in memory meanwhile.
  class Place {
   public:
    bool is_served() const { return is_served_; }

   private:
    friend class Capacity;
    bool is_served_ = false;
    std::optional<typename std::list<Place*>::iterator> waiting_;
    Waiter* owner_ = nullptr;
  };

  /// `concurrency` 0: as many as come. No `queue`: as many as come may wait.
  Capacity(std::size_t concurrency, std::optional<std::size_t> queue)
      : concurrency_(concurrency), queue_(queue) {}

  /// Nobody more can be served or wait.
  bool is_full() const { return !has_room() && queue_ && waiting_.size() >= *queue_; }

  /// Serves the waiter, or puts it at the queue's end; not when full.
  void enter(Waiter& waiter, Place& place) {
    place.owner_ = &waiter;
    if (has_room()) {
      ++served_;
      place.is_served_ = true;
    } else {
      place.waiting_ = waiting_.insert(waiting_.end(), &place);
    }
  }

  /// Ends the service or the wait, or does nothing in neither. Returns who is served instead.
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

}  // namespace paceline
