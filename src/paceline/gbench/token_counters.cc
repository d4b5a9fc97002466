#include <paceline/gbench/token_counters.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <paceline/gbench/report.h>
#include <paceline/stats/run_tally.h>

namespace paceline::gbench {
namespace {

/// "stop" has no counter, because it is the rest.
constexpr std::array<Finish, 4> counted_finishes{Finish::length, Finish::tool_calls,
                                                 Finish::content_filter, Finish::other};

std::string counter_of(Finish finish) {
  return "finish_" + std::string(name_of(finish));
}

}  // namespace

// All of the shares are set, so that Google Benchmark's aggregates are of all repetitions.
// ShownCounters leaves out the shares that are 0 in each repetition.
void set_finish_counters(benchmark::UserCounters& counters, const TokenTally& tokens) {
  if (tokens.responses_with_finish() > 0) {
    for (const Finish finish : counted_finishes) {
      counters[counter_of(finish)] = tokens.finish_ratio(finish);
    }
  }
  if (tokens.responses_with_tool_calls > 0) {
    counters["tool_calls_valid"] = static_cast<double>(tokens.responses_with_valid_tool_calls) /
                                   static_cast<double>(tokens.responses_with_tool_calls);
  }
  if (tokens.format.checked > 0) {
    counters["format_valid"] =
        static_cast<double>(tokens.format.valid) / static_cast<double>(tokens.format.checked);
  }
}

void set_token_counters(benchmark::UserCounters& counters, const Tally& tally) {
  const TokenTally& tokens = tally.tokens;
  const double wall = stats::seconds_of(tally.last_done - tally.first_send);
  if (wall <= 0) return;
  if (tokens.responses() > 0) {
    counters["tokens_out"] = static_cast<double>(tokens.out) / wall;
    counters["tokens_per_request"] =
        static_cast<double>(tokens.out) / static_cast<double>(tokens.responses());
    counters["peak_tokens_out"] = static_cast<double>(tokens.out_by_second.highest());
  }
  if (tokens.stream_rates.count() > 0) counters["tokens_out_per_user"] = tokens.tokens_per_user();
  if (tokens.responses_with_in > 0) counters["tokens_in"] = static_cast<double>(tokens.in) / wall;
  if (tokens.responses_with_cached > 0) {
    counters["cached_tokens"] =
        static_cast<double>(tokens.cached) / static_cast<double>(tokens.responses_with_cached);
  }
  if (tokens.prefixes.warm + tokens.prefixes.cold > 0) {
    counters["warm_ratio"] = tokens.prefixes.warm_ratio();
  }
  if (tokens.responses_with_reasoning > 0) {
    counters["reasoning_tokens"] = static_cast<double>(tokens.reasoning) /
                                   static_cast<double>(tokens.responses_with_reasoning);
  }
  if (tokens.lengths_asked > 0) counters["length_mismatch"] = tokens.length_mismatch_ratio();
}

std::vector<std::string> finish_counters() {
  std::vector<std::string> names(counted_finishes.size());
  std::transform(counted_finishes.begin(), counted_finishes.end(), names.begin(), counter_of);
  return names;
}

}  // namespace paceline::gbench
