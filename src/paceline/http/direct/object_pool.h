#pragma once

#include <utility>
#include <vector>

namespace paceline::http::direct {

/// A pool of reusable objects. The object that was returned last is taken first, because it is
/// still in the CPU's caches.
template <typename Object>
class ObjectPool {
 public:
  /// Returns a default-constructed object where the pool is empty.
  Object take() {
    if (objects_.empty()) return Object();
    Object object = std::move(objects_.back());
    objects_.pop_back();
    return object;
  }
  void give(Object object) { objects_.push_back(std::move(object)); }

 private:
  std::vector<Object> objects_;
};

}  // namespace paceline::http::direct
