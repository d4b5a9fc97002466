#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace paceline {

/// The highest rate that can be asked for, in requests per minute.
inline constexpr std::int64_t most_rpm = 60'000'000;

/// Which runs a person asks for on a command line; what is empty or 0 is left to the program.
struct GridFlags {
  std::vector<std::int64_t> rpm;
  /// --paceline_rpm=auto.
  bool asks_for_limit = false;
  std::vector<std::int64_t> parallel;
  std::int64_t requests = 0;
  /// The length of each run, in place of a number of requests.
  std::chrono::nanoseconds duration{0};
};

/// A run of each rate with each parallel.
struct Grid {
  /// Requests per minute; 0: unpaced.
  std::vector<std::int64_t> rpm;
  /// The most requests in flight.
  std::vector<std::int64_t> parallel;
  /// Of each run, unless `duration` is given.
  std::int64_t requests = 0;
  std::chrono::nanoseconds duration{0};

  /// Counted requests of a run at that rate.
  std::int64_t requests_at(std::int64_t rate) const;
  std::size_t runs() const { return rpm.size() * parallel.size(); }
  /// What all runs take together by their rates; unpaced ones are left out.
  std::chrono::nanoseconds time() const;
};

/// Adds --paceline_rpm, --paceline_parallel, --paceline_requests and --paceline_duration.
void add_flags(CLI::App& app, GridFlags& flags);

/// Why flags do not go together: a sentence. Empty when they do.
std::string why_not(const GridFlags& flags);

/// What the flags ask for, and where they leave it open, `usual`.
Grid make_grid(const GridFlags& flags, const Grid& usual);

}  // namespace paceline
