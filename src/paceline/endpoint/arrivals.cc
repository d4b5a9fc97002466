#include <paceline/endpoint/arrivals.h>

#include <algorithm>

namespace paceline {

std::size_t ArrivalRecord::arrived(TimePoint when, TimePoint due) {
  const auto place = count_.load(std::memory_order_relaxed);
  if (place == entries_.size()) return place;
  entries_[place].arrived = when;
  entries_[place].due = due;
  count_.store(place + 1, std::memory_order_release);
  return place;
}

void ArrivalRecord::replied(std::size_t place, TimePoint when) {
  if (place < entries_.size()) entries_[place].replied.store(when, std::memory_order_relaxed);
}

std::vector<Arrival> ArrivalRecord::all() const {
  const auto count = count_.load(std::memory_order_acquire);
  std::vector<Arrival> copy;
  copy.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& entry = entries_[i];
    copy.push_back({entry.arrived, entry.due, entry.replied.load(std::memory_order_relaxed)});
  }
  return copy;
}

std::size_t most_in_window(std::span<const TimePoint> arrivals, std::chrono::nanoseconds window) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < arrivals.size(); ++last) {
    while (first < last && arrivals[last] - arrivals[first] >= window) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

}  // namespace paceline
