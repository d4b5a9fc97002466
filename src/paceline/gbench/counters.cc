#include <paceline/gbench/report.h>
#include <paceline/gbench/token_counters.h>
#include <paceline/gbench/turn_counters.h>

#include <paceline/stats/run_tally.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace paceline::gbench {
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
const Histogram& ttfa(const Tally& tally) {
  return tally.tokens.ttfa;
}
const Histogram& thinking(const Tally& tally) {
  return tally.tokens.thinking;
}
const Histogram& itl(const Tally& tally) {
  return tally.tokens.itl;
}
const Histogram& tpot(const Tally& tally) {
  return tally.tokens.tpot;
}
/// Streams without a shared prefix have neither.
const Histogram& present(const std::optional<Histogram>& times) {
  static const Histogram none;
  return times ? *times : none;
}
const Histogram& warm_ttft(const Tally& tally) {
  return present(tally.tokens.prefixes.warm_ttft);
}
const Histogram& cold_ttft(const Tally& tally) {
  return present(tally.tokens.prefixes.cold_ttft);
}
const Histogram& retried(const Tally& tally) {
  return tally.retried_latency;
}
const Histogram& connect(const Tally& tally) {
  return tally.connect;
}

using Value = std::chrono::nanoseconds (*)(const Histogram&);

template <int per_mille>
std::chrono::nanoseconds quantile(const Histogram& times) {
  return times.quantile(per_mille / 1000.0);
}
std::chrono::nanoseconds mean(const Histogram& times) {
  return times.mean();
}
std::chrono::nanoseconds stddev(const Histogram& times) {
  return times.stddev();
}

struct TimeCounter {
  const char* name;
  Times times;
  Value value;
  bool is_default_row;
};

constexpr auto all_time_counters = std::to_array<TimeCounter>({
    {"p50", latency, quantile<500>, true},
    {"p90", latency, quantile<900>, true},
    {"p99", latency, quantile<990>, true},
    {"p99.9", latency, quantile<999>, true},
    {"max", latency, quantile<1000>, false},
    {"mean", latency, mean, false},
    {"stddev", latency, stddev, false},
    {"due_p50", due_latency, quantile<500>, false},
    {"due_p99", due_latency, quantile<990>, true},
    {"late_p50", late, quantile<500>, false},
    {"late_p99", late, quantile<990>, false},
    {"late_max", late, quantile<1000>, false},
    {"ttft_p50", ttft, quantile<500>, true},
    {"ttft_p90", ttft, quantile<900>, false},
    {"ttft_p99", ttft, quantile<990>, true},
    {"ttft_mean", ttft, mean, false},
    {"ttft_stddev", ttft, stddev, false},
    {"warm_ttft_p50", warm_ttft, quantile<500>, false},
    {"cold_ttft_p50", cold_ttft, quantile<500>, false},
    {"ttfa_p50", ttfa, quantile<500>, false},
    {"ttfa_p99", ttfa, quantile<990>, false},
    {"thinking_p50", thinking, quantile<500>, false},
    {"thinking_p99", thinking, quantile<990>, false},
    {"itl_p50", itl, quantile<500>, true},
    {"itl_p90", itl, quantile<900>, false},
    {"itl_p99", itl, quantile<990>, true},
    {"itl_mean", itl, mean, false},
    {"itl_stddev", itl, stddev, false},
    {"tpot_p50", tpot, quantile<500>, true},
    {"tpot_p99", tpot, quantile<990>, true},
    {"tpot_mean", tpot, mean, false},
    {"tpot_stddev", tpot, stddev, false},
    {"retried_p50", retried, quantile<500>, false},
    {"retried_p99", retried, quantile<990>, false},
    {"connect_p50", connect, quantile<500>, false},
    {"connect_p99", connect, quantile<990>, false},
});

bool is_in_every_run(const TimeCounter& counter) {
  return counter.times == latency || counter.times == due_latency || counter.times == late;
}

/// In streams without reasoning, the answer begins with the first token, so ttfa equals ttft.
bool tells_nothing(const TimeCounter& counter, const Tally& tally) {
  return counter.times == ttfa && tally.tokens.streams_with_thoughts == 0;
}

/// Sets all of these counters in every run, so that all rows have the same counters. `errors` is
/// the sum of the kinds; requests that were cut off or cancelled are not errors.
void set_failure_counters(benchmark::UserCounters& counters, const Tally& tally) {
  const auto set = [&counters](const char* name, std::uint64_t value) {
    counters[name] = static_cast<double>(value);
  };
  set("errors", tally.failed);
  set("http_429", tally.failed_by(Failure::http_429));
  set("http_4xx", tally.failed_by(Failure::http_4xx));
  set("http_5xx", tally.failed_by(Failure::http_5xx));
  set("connects", tally.failed_by(Failure::connect));
  set("timeouts", tally.failed_by(Failure::timeout));
  set("resets", tally.failed_by(Failure::reset));
  set("bad_responses", tally.failed_by(Failure::bad_response));
  set("other_errors", tally.failed_by(Failure::other));
  set("cut_off", tally.cut_off);
  set("cancelled", tally.cancelled);
  set("retries", tally.retries);
  set("retries_exhausted", tally.retries_exhausted);
}

}  // namespace

void set_counters(benchmark::UserCounters& counters, const stats::RunTally& tally) {
  for (const TimeCounter& counter : all_time_counters) {
    const Histogram& times = counter.times(tally);
    if (times.count() == 0 && !is_in_every_run(counter)) continue;
    if (tells_nothing(counter, tally)) continue;
    counters[counter.name] = stats::seconds_of(counter.value(times));
  }
  if (const auto error = tally.clock_error()) counters["clock_error"] = stats::seconds_of(*error);
  counters["rpm"] = tally.achieved_rpm();
  counters["rps"] = tally.rps();
  counters["peak_rps"] = static_cast<double>(tally.ended_by_second.highest());
  if (tally.met_objective) counters["goodput"] = tally.goodput();
  counters["in_flight"] = static_cast<double>(tally.in_flight);
  counters["connections"] = static_cast<double>(tally.connect.count());
  counters["connect_requests"] = static_cast<double>(tally.connect_requests);
  set_failure_counters(counters, tally);
  set_token_counters(counters, tally);
  set_finish_counters(counters, tally.tokens);
}

std::optional<std::chrono::nanoseconds> time_counter(const std::string& name, const Tally& tally) {
  const auto counter = std::find_if(all_time_counters.begin(), all_time_counters.end(),
                                    [&](const TimeCounter& known) { return known.name == name; });
  if (counter == all_time_counters.end()) return std::nullopt;
  const Histogram& times = counter->times(tally);
  if (times.count() == 0) return std::nullopt;
  return counter->value(times);
}

std::vector<std::string> all_counters() {
  std::vector<std::string> names = time_counters();
  for (const std::string& name : finish_counters()) names.push_back(name);
  for (const char* name : {"other_errors",
                           "cut_off",
                           "cancelled",
                           "rpm",
                           "rps",
                           "peak_rps",
                           "goodput",
                           "in_flight",
                           "connections",
                           "connect_requests",
                           "errors",
                           "http_429",
                           "http_4xx",
                           "http_5xx",
                           "connects",
                           "timeouts",
                           "resets",
                           "bad_responses",
                           "retries",
                           "retries_exhausted",
                           "tokens_out",
                           "tokens_per_request",
                           "tokens_out_per_user",
                           "peak_tokens_out",
                           "tokens_in",
                           "cached_tokens",
                           "warm_ratio",
                           "reasoning_tokens",
                           "length_mismatch",
                           "tool_calls_valid",
                           "format_valid",
                           "clock_error",
                           "max_rpm",
                           "probes"}) {
    names.emplace_back(name);
  }
  return names;
}

std::vector<std::string> time_counters() {
  std::vector<std::string> names(all_time_counters.size());
  std::transform(all_time_counters.begin(), all_time_counters.end(), names.begin(),
                 [](const TimeCounter& counter) { return counter.name; });
  return names;
}

std::vector<std::string> possible_rows() {
  std::vector<std::string> names = time_counters();
  for (std::string& name : turn_times()) names.push_back(std::move(name));
  return names;
}

std::vector<std::string> default_rows() {
  std::vector<std::string> names;
  names.reserve(all_time_counters.size());
  for (const TimeCounter& counter : all_time_counters) {
    if (counter.is_default_row) names.emplace_back(counter.name);
  }
  names.emplace_back("turn_ttft_p50");
  return names;
}

std::vector<std::string> spread_counters() {
  std::vector<std::string> names;
  for (const TimeCounter& counter : all_time_counters) {
    if (counter.value == mean || counter.value == stddev) names.emplace_back(counter.name);
  }
  return names;
}

}  // namespace paceline::gbench
