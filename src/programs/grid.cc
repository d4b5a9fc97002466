#include <fmt/format.h>
#include <paceline/pace/stages.h>
#include <paceline/pace/stages_text.h>
#include <paceline/run/trace_schedule.h>
#include <programs/flags.h>
#include <programs/grid.h>
#include <programs/help.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace paceline::programs {
namespace {

using Minutes = std::chrono::duration<double, std::ratio<60>>;

/// 0 without stages.
std::int64_t highest_rate(const std::vector<Stage>& stages) {
  std::uint64_t highest = 0;
  for (const Stage& stage : stages) highest = std::max({highest, stage.first_rpm, stage.last_rpm});
  return static_cast<std::int64_t>(highest);
}

}  // namespace

std::int64_t Grid::requests_at(std::int64_t rate) const {
  if (duration.count() == 0) return requests;
  const double due = static_cast<double>(rate) * Minutes(duration).count();
  return std::max<std::int64_t>(1, std::llround(std::ceil(due)));
}

std::size_t Grid::runs() const {
  return rpm.size() * parallel.size() * std::max<std::size_t>(1, threads.size());
}

std::vector<GridRow> Grid::rows(
    const std::function<std::int64_t(std::int64_t rpm, std::int64_t parallel)>& choose) const {
  std::vector<GridRow> rows;
  for (const std::int64_t count : threads) {
    for (const std::int64_t rate : rpm) {
      rows.push_back({rate, std::min(count, requests_at(rate)), parallel, requests_at(rate), stages,
                      replay, users});
    }
  }
  if (!threads.empty()) return rows;
  for (const std::int64_t rate : rpm) {
    for (const std::int64_t in_flight : parallel) {
      const std::int64_t most = std::max(rate, highest_rate(stages));
      const std::int64_t chosen = std::min(choose(most, in_flight), requests_at(rate));
      if (rows.empty() || rows.back().rpm != rate || rows.back().threads != chosen) {
        rows.push_back({rate, chosen, {}, requests_at(rate), stages, replay, users});
      }
      rows.back().parallel.push_back(in_flight);
    }
  }
  return rows;
}

std::chrono::nanoseconds Grid::time() const {
  Minutes of_each_rate{0};
  for (const std::int64_t rate : rpm) {
    if (rate == 0) continue;
    of_each_rate += Minutes(static_cast<double>(requests_at(rate)) / static_cast<double>(rate));
  }
  const std::size_t runs_of_each = runs() / rpm.size();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(of_each_rate *
                                                              static_cast<double>(runs_of_each));
}

void add_flags(CLI::App& app, GridFlags& flags) {
  app.option_defaults()->group(load_group);
  add_list_flag(
      app, "--paceline_rpm", flags.rpm, 0, most_rpm,
      "Requests per minute, a comma-separated list such as 6000,60000. 0 is unpaced. auto takes "
      "the rate limit that the server reports for the account [60000,100000; with a URL 60]",
      &flags.asks_for_limit);
  add_list_flag(app, "--paceline_parallel", flags.parallel, 1, 100'000,
                "Most requests in flight, a comma-separated list, such as 10,100 [300,500; with a "
                "URL 10]");
  add_list_flag(
      app, "--paceline_threads", flags.threads, 1, most_threads,
      "Threads of a run, a comma-separated list such as 1,2. The threads of a run share "
      "its rate and --paceline_parallel. auto takes as many as the rate needs, by the CPU "
      "time of a request, and for an unpaced run one for each core [1]",
      &flags.chooses_threads);
  add_number_flag(app, "--paceline_requests", flags.requests, std::int64_t{1},
                  std::int64_t{1'000'000'000},
                  "Counted requests per run, such as 1000 [10000; with a URL 60; with a file of "
                  "requests or of conversations all of it]");
  add_duration_flag(
      app, "--paceline_duration", flags.duration,
      "Duration of each run, in place of --paceline_requests, such as 20s or 5m [none]");
  app.add_option_function<std::string>(
         "--paceline_stages",
         [&flags](const std::string& text) {
           auto stages = pace::parse_stages(text);
           if (!stages) throw CLI::ValidationError("--paceline_stages", stages.error().message);
           flags.stages = *std::move(stages);
         },
         "Rates that change within one run, in place of --paceline_rpm: stages with a length and a "
         "rate, or two rates between which the rate changes evenly, such as "
         "60s@6000,5m@6000..60000,60s@0. Each stage has a row of its own [none]")
      ->type_name("LIST");
}

Result<void> check(const GridFlags& flags) {
  const bool has_rate = !flags.rpm.empty() || flags.asks_for_limit;
  if (!flags.stages.empty() && (has_rate || flags.requests > 0 || flags.duration.count() > 0)) {
    return fail(ErrorCode::invalid_value,
                "--paceline_stages has the rates, and with them the number of requests; leave out "
                "--paceline_rpm, --paceline_requests and --paceline_duration");
  }
  if (flags.duration.count() == 0) return {};
  if (flags.users > 0 && flags.rpm.empty()) {
    return fail(ErrorCode::invalid_value,
                "--paceline_duration needs a rate to compute the number of requests; with "
                "--paceline_users, give --paceline_requests or --paceline_rpm");
  }
  if (flags.requests > 0) {
    return fail(ErrorCode::invalid_value,
                "--paceline_duration and --paceline_requests exclude each other; give one");
  }
  if (std::find(flags.rpm.begin(), flags.rpm.end(), 0) != flags.rpm.end()) {
    return fail(ErrorCode::invalid_value,
                "--paceline_duration needs a rate to compute the number of requests; with "
                "--paceline_rpm=0, give --paceline_requests");
  }
  return {};
}

Result<void> check(const Grid& grid) {
  if (grid.threads.empty()) return {};
  const std::int64_t most = *std::max_element(grid.threads.begin(), grid.threads.end());
  const std::int64_t in_flight = *std::min_element(grid.parallel.begin(), grid.parallel.end());
  if (in_flight < most) {
    return fail(ErrorCode::invalid_value,
                fmt::format("--paceline_threads={} needs as many requests in flight, and "
                            "--paceline_parallel is {}; give fewer threads or a higher parallel",
                            most, in_flight));
  }
  for (const std::int64_t rate : grid.rpm) {
    if (grid.requests_at(rate) >= most) continue;
    return fail(ErrorCode::invalid_value,
                fmt::format("--paceline_threads={} needs as many requests, and a run at {} RPM has "
                            "{}; give fewer threads or more requests",
                            most, rate, grid.requests_at(rate)));
  }
  return {};
}

Result<void> check_search(const GridFlags& flags) {
  if (flags.trace) {
    return fail(ErrorCode::invalid_value,
                "--paceline_find_max searches for one rate; leave out --paceline_trace");
  }
  if (!flags.stages.empty()) {
    return fail(ErrorCode::invalid_value,
                "--paceline_find_max searches for one rate; leave out --paceline_stages");
  }
  if (flags.users > 0) {
    return fail(ErrorCode::invalid_value,
                "--paceline_find_max searches for a rate; leave out --paceline_users");
  }
  if (flags.duration.count() > 0) {
    return fail(ErrorCode::invalid_value,
                "--paceline_find_max excludes --paceline_duration; give --paceline_requests");
  }
  if (flags.parallel.size() > 1) {
    return fail(ErrorCode::invalid_value,
                "--paceline_find_max searches at one parallel; give one --paceline_parallel");
  }
  if (flags.threads.size() > 1) {
    return fail(ErrorCode::invalid_value,
                "--paceline_find_max searches with one number of threads; give one "
                "--paceline_threads");
  }
  const std::vector<std::int64_t>& rpm = flags.rpm;
  if (rpm.size() > 2 || (!rpm.empty() && (rpm.front() < 1 || rpm.back() < rpm.front()))) {
    return fail(ErrorCode::invalid_value,
                "--paceline_find_max starts at the first --paceline_rpm, at least 1, and ends at "
                "the second; give one or two, such as 60 or 60,6000");
  }
  return {};
}

namespace {

/// Makes the runs of the grid replay the trace.
void replay(const GridFlags& flags, const Grid& usual, Grid& grid) {
  grid.requests = static_cast<std::int64_t>(flags.trace->size());
  grid.replay = run::Replay{flags.trace, !flags.rpm.empty()};
  if (flags.rpm.empty()) {
    const double mean = std::min(run::mean_rpm(*flags.trace), static_cast<double>(most_rpm));
    grid.rpm = {std::llround(mean)};
  }
  // Each run is as long as the trace, so one is enough.
  if (flags.parallel.empty()) grid.parallel = {usual.parallel.back()};
}

/// Makes the runs of the grid keep the users' sessions under way.
void keep_users(const GridFlags& flags, Grid& grid) {
  grid.users = flags.users;
  if (flags.rpm.empty()) grid.rpm = {0};
  if (flags.parallel.empty()) grid.parallel = {flags.users};
}

}  // namespace

Grid make_grid(const GridFlags& flags, const Grid& usual) {
  Grid grid = usual;
  if (!flags.rpm.empty()) grid.rpm = flags.rpm;
  if (!flags.parallel.empty()) grid.parallel = flags.parallel;
  if (!flags.threads.empty()) grid.threads = flags.threads;
  if (flags.chooses_threads) grid.threads.clear();
  if (flags.requests > 0) grid.requests = flags.requests;
  grid.duration = flags.duration;
  if (flags.trace) replay(flags, usual, grid);
  if (flags.users > 0) keep_users(flags, grid);
  if (flags.stages.empty()) return grid;
  const pace::StagedRate rate(flags.stages);
  const double mean = static_cast<double>(rate.slots()) / Minutes(rate.length()).count();
  grid.stages = flags.stages;
  grid.requests = static_cast<std::int64_t>(rate.slots());
  grid.rpm = {std::max<std::int64_t>(1, std::llround(mean))};
  // Each run is as long as its stages, so one is enough.
  if (flags.parallel.empty()) grid.parallel = {usual.parallel.back()};
  return grid;
}

Grid usual_grid(bool is_real) {
  // Runs against the embedded endpoint cost time; runs against a real API cost money. 100,000 RPM
  // need 84 requests of 50 ms in flight, or 208 streams of 125 ms.
  if (is_real) return {{60}, {10}, 60};
  return {{60'000, 100'000}, {300, 500}, 10'000};
}

Grid search_grid(const GridFlags& flags) {
  // High enough that a search finds the server's limit and not this one.
  constexpr std::int64_t usual_parallel = 500;
  Grid grid = make_grid(flags, {{}, {usual_parallel}});
  grid.rpm = {flags.rpm.size() == 2 ? flags.rpm.back() : 0};
  grid.requests = std::numeric_limits<std::int64_t>::max();
  return grid;
}

std::string limit_text(std::string_view what, const http::RateLimit& limit) {
  const auto rate = http::allowed_rate(limit);
  if (!rate) return {};
  if (!rate->window.empty()) {
    return fmt::format("{} {} {} {}", *limit.limit, what, rate->window == "hour" ? "an" : "a",
                       rate->window);
  }
  return fmt::format("{} {}, which come back at {:.3g} a minute", *limit.limit, what,
                     rate->per_minute);
}

std::vector<std::string> account_lines(const http::RateLimits& limits) {
  std::vector<std::string> lines;
  const auto add = [&lines](std::string_view what, const http::RateLimit& limit) {
    const std::string text = limit_text(what, limit);
    if (text.empty()) return;
    std::string& line = lines.emplace_back("The account may send " + text);
    if (limit.remaining) line += fmt::format("; {} are left now", *limit.remaining);
    line += '.';
  };
  add("requests", limits.requests);
  add("tokens", limits.tokens);
  return lines;
}

Result<std::int64_t> rate_of_account(const http::RateLimit& limit) {
  const auto refuse = [](std::string message) {
    return fail(ErrorCode::invalid_value, std::move(message) + "; give a number");
  };
  const auto rate = http::allowed_rate(limit);
  if (!rate) return refuse("the server tells no limit (x-ratelimit-limit-requests)");
  const std::string text = limit_text("requests", limit);
  if (rate->per_minute < 1) {
    return refuse(fmt::format("the account may send {}, less than one per minute", text));
  }
  if (rate->per_minute > static_cast<double>(most_rpm)) {
    return refuse(
        fmt::format("the account may send {}, more than the highest rate, {}", text, most_rpm));
  }
  return static_cast<std::int64_t>(rate->per_minute);
}

}  // namespace paceline::programs
