#include <paceline/gbench/counters.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace paceline {
namespace {

struct TimeCounter {
  const char* name;
  Histogram Tally::*times;
  double quantile;
  bool is_default_row;
};

constexpr std::array<TimeCounter, 10> all_time_counters{{
    {"p50", &Tally::latency, 0.5, true},
    {"p90", &Tally::latency, 0.9, true},
    {"p99", &Tally::latency, 0.99, true},
    {"p99.9", &Tally::latency, 0.999, true},
    {"max", &Tally::latency, 1, false},
    {"due_p50", &Tally::due_latency, 0.5, false},
    {"due_p99", &Tally::due_latency, 0.99, true},
    {"late_p50", &Tally::late, 0.5, false},
    {"late_p99", &Tally::late, 0.99, false},
    {"late_max", &Tally::late, 1, false},
}};

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

void set_counters(benchmark::UserCounters& counters, const Tally& tally) {
  for (const TimeCounter& counter : all_time_counters) {
    counters[counter.name] = seconds((tally.*counter.times).quantile(counter.quantile));
  }
  counters["rpm"] = tally.achieved_rpm();
  counters["rps"] = tally.rps();
  counters["in_flight"] = static_cast<double>(tally.in_flight);
  counters["errors"] = static_cast<double>(tally.failed);
  const double wall = seconds(tally.last_done - tally.first_send);
  if (tally.replies_with_usage > 0 && wall > 0) {
    counters["tokens_out"] = static_cast<double>(tally.tokens_out) / wall;
  }
}

std::vector<std::string> time_counters() {
  std::vector<std::string> names(all_time_counters.size());
  std::transform(all_time_counters.begin(), all_time_counters.end(), names.begin(),
                 [](const TimeCounter& counter) { return counter.name; });
  return names;
}

std::vector<std::string> default_rows() {
  std::vector<std::string> names;
  names.reserve(all_time_counters.size());
  for (const TimeCounter& counter : all_time_counters) {
    if (counter.is_default_row) names.emplace_back(counter.name);
  }
  return names;
}

}  // namespace paceline
