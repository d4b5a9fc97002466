#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/http/rate_limits.h>
#include <paceline/run/run_stripe.h>
#include <paceline/schedule.h>
#include <paceline/text/result.h>
#include <paceline/workload/trace.h>

namespace CLI {
class App;
}

namespace paceline::programs {

/// The highest rate, in requests per minute.
inline constexpr std::int64_t most_rpm = 60'000'000;
/// The most threads of a run.
inline constexpr std::int64_t most_threads = 1'000;

/// The runs that the command line specifies. The program chooses values that are empty or 0.
struct GridFlags {
  std::vector<std::int64_t> rpm;
  /// --paceline_rpm=auto.
  bool asks_for_limit = false;
  std::vector<std::int64_t> parallel;
  std::vector<std::int64_t> threads;
  /// --paceline_threads=auto.
  bool chooses_threads = false;
  std::int64_t requests = 0;
  /// The length of each run, in place of a number of requests.
  std::chrono::nanoseconds duration{0};
  /// The rate over time, in place of a rate and a number of requests; empty: none.
  std::vector<Stage> stages{};
  /// The trace whose arrivals are replayed; nullptr: none.
  std::shared_ptr<const workload::Trace> trace{};
  /// Sessions at once; 0: they begin at the rate.
  std::int64_t users = 0;
};

/// Runs at one rate on as many threads, one for each parallel.
struct GridRow {
  /// Requests per minute; 0: unpaced.
  std::int64_t rpm = 0;
  std::int64_t threads = 1;
  std::vector<std::int64_t> parallel{};
  /// Counted requests of each run.
  std::int64_t requests = 0;
  /// As in RunPlan.
  std::vector<Stage> stages{};
  std::optional<run::Replay> replay{};
  /// As in RunOptions.
  std::int64_t users = 0;
};

/// One run of each rate with each parallel and each number of threads.
struct Grid {
  /// Requests per minute; 0: unpaced.
  std::vector<std::int64_t> rpm;
  /// The most requests in flight.
  std::vector<std::int64_t> parallel;
  /// Counted requests per run, unless `duration` is given.
  std::int64_t requests = 0;
  std::chrono::nanoseconds duration{0};
  /// Empty: chosen for each rate and parallel.
  std::vector<std::int64_t> threads{1};
  /// As in RunOptions: `rpm` has their mean rate, and `requests` what becomes due in them.
  std::vector<Stage> stages{};
  /// As in RunPlan.
  std::optional<run::Replay> replay{};
  /// As in RunOptions.
  std::int64_t users = 0;

  /// Counted requests of a run at this rate.
  std::int64_t requests_at(std::int64_t rate) const;
  std::size_t runs() const;
  /// The runs in their order. `choose`: the threads of a run at this rate, which is the highest one
  /// in stages, where they are to be chosen. No run has more threads than requests.
  std::vector<GridRow> rows(
      const std::function<std::int64_t(std::int64_t rpm, std::int64_t parallel)>& choose) const;
  /// The time of all paced runs together at their rates.
  std::chrono::nanoseconds time() const;
};

/// Adds --paceline_rpm, --paceline_parallel, --paceline_threads, --paceline_requests,
/// --paceline_duration and --paceline_stages.
void add_flags(CLI::App& app, GridFlags& flags);

/// Checks whether the flags are compatible.
Result<void> check(const GridFlags& flags);

/// Checks whether each thread of each run has a request in flight, and a request to send.
Result<void> check(const Grid& grid);

/// Checks whether the flags can be used for a search (--paceline_find_max).
Result<void> check_search(const GridFlags& flags);

/// The grid of a program without flags. `is_real`: whether it measures an API of the user.
Grid usual_grid(bool is_real);

/// A search as a grid of one run: at the highest rate of the search, or unpaced if it has none.
Grid search_grid(const GridFlags& flags);

/// The grid that the flags specify. `usual` supplies the values that the flags omit.
Grid make_grid(const GridFlags& flags, const Grid& usual);

/// A rate limit as text, such as "14400 requests a day"; empty if the server reported none.
std::string limit_text(std::string_view what, const http::RateLimit& limit);

/// The account's rate limits, one line per limit that the server reported.
std::vector<std::string> account_lines(const http::RateLimits& limits);

/// The whole number of requests per minute that a limit allows.
Result<std::int64_t> rate_of_account(const http::RateLimit& limit);

}  // namespace paceline::programs
