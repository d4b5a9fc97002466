#include <programs/progress/recent_rate.h>

#include <chrono>
#include <ratio>

namespace paceline::programs::progress {
namespace {

constexpr std::chrono::seconds shortest_window{1};
constexpr std::chrono::seconds longest_window{10};
constexpr std::uint64_t enough_events = 10;

}  // namespace

void RecentRate::add(TimePoint now, std::uint64_t events) {
  counts_.push_back({now, events});
  const auto second_is_enough = [&] {
    const Count& second = counts_[1];
    return now - second.when >= longest_window ||
           (now - second.when >= shortest_window && events - second.events >= enough_events);
  };
  while (counts_.size() > 2 && second_is_enough()) counts_.pop_front();
}

double RecentRate::per_minute() const {
  if (counts_.size() < 2) return 0;
  const std::chrono::duration<double, std::ratio<60>> minutes =
      counts_.back().when - counts_.front().when;
  const std::uint64_t events = counts_.back().events - counts_.front().events;
  return minutes.count() > 0 ? static_cast<double>(events) / minutes.count() : 0;
}

}  // namespace paceline::programs::progress
