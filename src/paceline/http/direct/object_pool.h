#pragma once

#include <utility>
#include <vector>

namespace paceline {

/// Things that many may need, but few at once. The last one given back is the next one taken: its
/// memory is still in the CPU's caches.
template <typename Thing>
class ObjectPool {
 public:
  /// An empty one where none is spare.
  Thing take() {
    if (things_.empty()) return Thing();
    Thing thing = std::move(things_.back());
    things_.pop_back();
    return thing;
  }
  void give(Thing thing) { things_.push_back(std::move(thing)); }

 private:
  std::vector<Thing> things_;
};

}  // namespace paceline
