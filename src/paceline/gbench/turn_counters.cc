#include <paceline/gbench/turn_counters.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <paceline/stats/run_tally.h>

namespace paceline::gbench {
namespace {

constexpr std::string_view turn_prefix = "turn_";

std::string turn_counter(std::size_t turn, std::string_view name) {
  return fmt::format("turn{}_{}", turn, name);
}

double mean_of(std::uint64_t sum, std::uint64_t count) {
  return static_cast<double>(sum) / static_cast<double>(count);
}

}  // namespace

void set_turn_counters(benchmark::UserCounters& counters, const stats::Turns& turns) {
  std::size_t number = 0;
  for (const stats::TurnTally& turn : turns.tallies()) {
    ++number;
    const auto set = [&](const char* name, double value) {
      counters[turn_counter(number, name)] = value;
    };
    set("requests", static_cast<double>(turn.requests));
    set("errors", static_cast<double>(turn.failed));
    if (turn.latency.count() > 0) {
      set("p50", stats::seconds_of(turn.latency.quantile(0.5)));
      set("p99", stats::seconds_of(turn.latency.quantile(0.99)));
    }
    if (turn.ttft) {
      set("ttft_p50", stats::seconds_of(turn.ttft->quantile(0.5)));
      set("ttft_p99", stats::seconds_of(turn.ttft->quantile(0.99)));
    }
    if (turn.responses_with_in > 0) {
      set("tokens_in", mean_of(turn.in, turn.responses_with_in));
    }
    if (turn.responses_with_cached > 0) {
      set("cached_tokens", mean_of(turn.cached, turn.responses_with_cached));
    }
  }
}

std::vector<std::string> turn_times() {
  return {"turn_p50", "turn_p99", "turn_ttft_p50", "turn_ttft_p99"};
}

std::vector<std::string> with_each_turn(const std::vector<std::string>& names) {
  const std::vector<std::string> times = turn_times();
  std::vector<std::string> counters;
  for (const std::string& name : names) {
    if (std::find(times.begin(), times.end(), name) == times.end()) {
      counters.push_back(name);
      continue;
    }
    for (std::size_t turn = 1; turn <= stats::Turns::most; ++turn) {
      counters.push_back(turn_counter(turn, name.substr(turn_prefix.size())));
    }
  }
  return counters;
}

}  // namespace paceline::gbench
