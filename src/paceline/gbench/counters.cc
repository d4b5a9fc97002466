#include <paceline/gbench/counters.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace paceline {
namespace {

using Times = const Histogram& (*)(const Tally&);

const Histogram& latency(const Tally& tally) {
  return tally.latency;
}
const Histogram& due_latency(const Tally& tally) {
  return tally.due_latency;
}
const Histogram& late(const Tally& tally) {
  return tally.late;
}
const Histogram& ttft(const Tally& tally) {
  return tally.tokens.ttft;
}
const Histogram& itl(const Tally& tally) {
  return tally.tokens.itl;
}
const Histogram& tpot(const Tally& tally) {
  return tally.tokens.tpot;
}

struct TimeCounter {
  const char* name;
  Times times;
  double quantile;
  bool is_default_row;
};

constexpr std::array<TimeCounter, 18> all_time_counters{{
    {"p50", latency, 0.5, true},
    {"p90", latency, 0.9, true},
    {"p99", latency, 0.99, true},
    {"p99.9", latency, 0.999, true},
    {"max", latency, 1, false},
    {"due_p50", due_latency, 0.5, false},
    {"due_p99", due_latency, 0.99, true},
    {"late_p50", late, 0.5, false},
    {"late_p99", late, 0.99, false},
    {"late_max", late, 1, false},
    {"ttft_p50", ttft, 0.5, true},
    {"ttft_p90", ttft, 0.9, false},
    {"ttft_p99", ttft, 0.99, true},
    {"itl_p50", itl, 0.5, true},
    {"itl_p90", itl, 0.9, false},
    {"itl_p99", itl, 0.99, true},
    {"tpot_p50", tpot, 0.5, true},
    {"tpot_p99", tpot, 0.99, true},
}};

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// The others are there in every run.
bool is_of_streams(const TimeCounter& counter) {
  return counter.times == ttft || counter.times == itl || counter.times == tpot;
}

void set_token_counters(benchmark::UserCounters& counters, const Tally& tally) {
  const TokenTally& tokens = tally.tokens;
  const double wall = seconds(tally.last_done - tally.first_send);
  if (tokens.replies() == 0 || wall <= 0) return;
  counters["tokens_out"] = static_cast<double>(tokens.out) / wall;
  counters["tokens_per_request"] =
      static_cast<double>(tokens.out) / static_cast<double>(tokens.replies());
  if (tokens.replies_with_usage > 0) {
    counters["tokens_in"] = static_cast<double>(tokens.in) / wall;
    counters["cached_tokens"] =
        static_cast<double>(tokens.cached) / static_cast<double>(tokens.replies_with_usage);
  }
  if (tokens.lengths_asked > 0) counters["length_off"] = tokens.off_ratio();
}

}  // namespace

void set_counters(benchmark::UserCounters& counters, const Tally& tally) {
  for (const TimeCounter& counter : all_time_counters) {
    const Histogram& times = counter.times(tally);
    if (times.count() == 0 && is_of_streams(counter)) continue;
    counters[counter.name] = seconds(times.quantile(counter.quantile));
  }
  counters["rpm"] = tally.achieved_rpm();
  counters["rps"] = tally.rps();
  counters["in_flight"] = static_cast<double>(tally.in_flight);
  counters["errors"] = static_cast<double>(tally.failed);
  set_token_counters(counters, tally);
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
