#include <paceline/gbench/objective.h>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string_view>

#include <paceline/gbench/report.h>
#include <paceline/text/numbers.h>

namespace paceline::gbench {
namespace {

using std::chrono::nanoseconds;

tl::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::invalid_value, std::move(message));
}

/// Passes the name and limit of each condition to `take`, until one is wrong.
Result<void> each_condition(
    std::string text, const char* example,
    const std::function<Result<void>(const std::string& name, const std::string& limit)>& take) {
  std::erase(text, ' ');
  std::vector<std::string> seen;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string condition = text.substr(begin, end - begin);
    const std::size_t sign = condition.find('<');
    if (sign == std::string::npos || sign == 0) {
      return invalid(
          fmt::format("'{}' is not a condition; write NAME<LIMIT, such as {}", condition, example));
    }
    const std::string name = condition.substr(0, sign);
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      return invalid(fmt::format("'{}' has two limits; keep one", name));
    }
    seen.push_back(name);
    if (auto taken = take(name, condition.substr(sign + 1)); !taken) return taken;
    begin = end + 1;
  }
  return {};
}

Result<void> read_time(const std::string& name, const std::string& text, nanoseconds& time) {
  const auto parsed = text::parse_duration(text);
  if (!parsed) return tl::unexpected(parsed.error());
  time = *parsed;
  if (time <= nanoseconds(0)) {
    return invalid(fmt::format("{} is never below 0; give a longer time", name));
  }
  return {};
}

Result<void> read_share(const std::string& name, const std::string& text,
                        std::optional<double>& share) {
  share = text::parse_share(text);
  if (share) return {};
  return invalid(fmt::format(
      "'{}' is not a share; give {} more than 0 and at most 100%, such as 0.1% or 0.001", text,
      name));
}

std::string missed_share(const char* name, double share, double limit) {
  return fmt::format("{} {:.3g}%, not below {:.3g}%", name, 100 * share, 100 * limit);
}

tl::unexpected<Error> not_streamed(const Description& workload, const std::string& time) {
  return fail(ErrorCode::not_streamed,
              fmt::format("{} never measures {}, because its responses do not stream",
                          workload.name, time));
}

}  // namespace

Result<RequestObjective> parse_request_objective(const std::string& text) {
  RequestObjective objective;
  const auto limit_of = [&objective](const std::string& name) -> std::optional<nanoseconds>* {
    if (name == "latency") return &objective.latency;
    if (name == "due_latency") return &objective.due_latency;
    if (name == "ttft") return &objective.ttft;
    if (name == "tpot") return &objective.tpot;
    return nullptr;
  };
  const auto read = each_condition(
      text, "latency<2s", [&](const std::string& name, const std::string& limit) -> Result<void> {
        std::optional<nanoseconds>* place = limit_of(name);
        if (place == nullptr) {
          return invalid(fmt::format(
              "a request has no '{}'; choose from latency, due_latency, ttft and tpot", name));
        }
        return read_time(name, limit, place->emplace());
      });
  if (!read) return tl::unexpected(read.error());
  return objective;
}

Result<RunObjective> parse_run_objective(const std::string& text) {
  RunObjective objective;
  const std::vector<std::string> known = time_counters();
  const auto read = each_condition(
      text, "p99<2s", [&](const std::string& name, const std::string& limit) -> Result<void> {
        if (name == "errors") return read_share(name, limit, objective.errors);
        if (name == "misses") return read_share(name, limit, objective.misses);
        if (std::find(known.begin(), known.end(), name) == known.end()) {
          return invalid(fmt::format("there is no '{}'; choose from {}, errors and misses", name,
                                     fmt::join(known, ", ")));
        }
        objective.times.push_back({name, {}});
        return read_time(name, limit, objective.times.back().below);
      });
  if (!read) return tl::unexpected(read.error());
  return objective;
}

nanoseconds RunObjective::longest_time() const {
  nanoseconds longest{0};
  for (const TimeLimit& limit : times) longest = std::max(longest, limit.below);
  return longest;
}

std::string RunObjective::why_missed(const Tally& tally) const {
  for (const TimeLimit& limit : times) {
    const auto time = time_counter(limit.counter, tally);
    if (!time) return fmt::format("nothing was measured for {}", limit.counter);
    if (*time >= limit.below) {
      return fmt::format("{} {}, not below {}", limit.counter, text::time_text(*time),
                         text::time_text(limit.below));
    }
  }
  if (errors && tally.error_ratio() >= *errors) {
    return missed_share("errors", tally.error_ratio(), *errors);
  }
  if (misses && tally.miss_ratio() >= *misses) {
    return missed_share("misses", tally.miss_ratio(), *misses);
  }
  return {};
}

Result<void> check_measured(const RequestObjective& objective, const Description& workload) {
  const char* time = objective.ttft ? "ttft" : objective.tpot ? "tpot" : nullptr;
  if (time == nullptr || workload.is_streamed.value_or(true)) return {};
  return not_streamed(workload, time);
}

Result<void> check_measured(const RunObjective& objective, const Description& workload,
                            std::uint32_t retries) {
  for (const RunObjective::TimeLimit& limit : objective.times) {
    const std::string& time = limit.counter;
    const auto is_of = [&](const char* kind) { return time.starts_with(kind); };
    if (is_of("tt") || is_of("thinking") || is_of("itl") || is_of("tpot")) {
      if (!workload.is_streamed.value_or(true)) return not_streamed(workload, time);
    } else if (time.starts_with("retried") && retries == 0) {
      return fail(ErrorCode::no_retries,
                  fmt::format("{} is a time of retries, and the run has none", time));
    }
  }
  return {};
}

}  // namespace paceline::gbench
