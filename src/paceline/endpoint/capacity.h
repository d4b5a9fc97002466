#pragma once

#include <cstddef>
#include <list>
#include <optional>

namespace paceline {

/// Slots for so many at once, and a queue before them: first come, first served.
template <typename Waiter>
class Capacity {
 public:
  /// Where a waiter is: in a slot, in the queue, or in neither. Is not moved in memory meanwhile.
  class Place {
   public:
    bool has_slot() const { return has_slot_; }

   private:
    friend class Capacity;
    bool has_slot_ = false;
    std::optional<typename std::list<Place*>::iterator> waiting_;
    Waiter* owner_ = nullptr;
  };

  /// 0 slots: as many as come. No `queue`: as many as come may wait.
  Capacity(std::size_t slots, std::optional<std::size_t> queue) : slots_(slots), queue_(queue) {}

  /// Nobody more can have a slot or wait for one.
  bool is_full() const { return !has_free_slot() && queue_ && waiting_.size() >= *queue_; }

  /// Takes a slot, or a place at the queue's end; not when full.
  void enter(Waiter& waiter, Place& place) {
    place.owner_ = &waiter;
    if (has_free_slot()) {
      ++taken_;
      place.has_slot_ = true;
    } else {
      place.waiting_ = waiting_.insert(waiting_.end(), &place);
    }
  }

  /// Leaves the slot or the queue, or does nothing in neither. Returns who has got the slot now.
  Waiter* leave(Place& place) {
    if (place.waiting_) {
      waiting_.erase(*place.waiting_);
      place.waiting_.reset();
      return nullptr;
    }
    if (!place.has_slot_) return nullptr;
    place.has_slot_ = false;
    if (waiting_.empty()) {
      --taken_;
      return nullptr;
    }
    Place& next = *waiting_.front();
    waiting_.pop_front();
    next.waiting_.reset();
    next.has_slot_ = true;
    return next.owner_;
  }

  std::size_t taken() const { return taken_; }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  bool has_free_slot() const { return slots_ == 0 || taken_ < slots_; }

  std::size_t slots_;
  std::optional<std::size_t> queue_;
  std::size_t taken_ = 0;
  std::list<Place*> waiting_;
};

}  // namespace paceline
