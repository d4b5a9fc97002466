#include <paceline/run/request_objective.h>

namespace paceline {
namespace {

using Limit = std::optional<std::chrono::nanoseconds>;

bool is_below(const Limit& time, const Limit& limit) {
  return !limit || !time || *time < *limit;
}

}  // namespace

bool RequestObjective::is_met_by(const RequestTimes& times) const {
  return is_below(times.latency, latency) && is_below(times.due_latency, due_latency) &&
         is_below(times.ttft, ttft) && is_below(times.tpot, tpot);
}

}  // namespace paceline
