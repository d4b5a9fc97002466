#pragma once

#include <paceline/stats/run_tally.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <vector>

namespace paceline::stats {

/// Simulates a server that serves `concurrency` requests at once, and a client that sends at a rate
/// with at most `parallel` in flight. Times are in seconds, on a simulated clock.
struct SimulatedRun {
  double rpm = 0;
  std::uint64_t parallel = 1;
  std::uint64_t requests = 1;
  /// 0: without bound.
  std::size_t concurrency = 0;
  /// The server's time for one request.
  std::function<double(std::mt19937_64&)> service = [](std::mt19937_64&) { return 0.1; };
  std::uint64_t seed = 1;
  bool is_poisson = false;
  /// What a first request on a connection takes more.
  double connect = 0;
};

inline std::function<double(std::mt19937_64&)> fixed(double seconds) {
  return [seconds](std::mt19937_64&) { return seconds; };
}

/// Jitter of a machine on `seconds`.
inline std::function<double(std::mt19937_64&)> nearly(double seconds) {
  return [seconds](std::mt19937_64& random) {
    return seconds + std::exponential_distribution<double>(2000)(random);
  };
}

inline std::function<double(std::mt19937_64&)> lognormal(double median, double sigma) {
  return [median, sigma](std::mt19937_64& random) {
    return median * std::lognormal_distribution<double>(0, sigma)(random);
  };
}

inline std::function<double(std::mt19937_64&)> exponential(double mean) {
  return [mean](std::mt19937_64& random) {
    return std::exponential_distribution<double>(1 / mean)(random);
  };
}

inline std::chrono::nanoseconds as_time(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

using Earliest = std::priority_queue<double, std::vector<double>, std::greater<>>;

/// What a run of it counts.
inline RunTally simulate(const SimulatedRun& run) {
  std::mt19937_64 random(run.seed);
  RunTally tally;
  Earliest in_flight;
  Earliest served;
  const double interval = run.rpm > 0 ? 60 / run.rpm : 0;
  double due = 0;
  double now = 0;
  for (std::uint64_t i = 0; i < run.requests; ++i) {
    const double scheduled = std::max(due, now);
    while (!in_flight.empty() && in_flight.top() <= scheduled) in_flight.pop();
    now = scheduled;
    if (in_flight.size() >= run.parallel) {
      now = in_flight.top();
      in_flight.pop();
      ++tally.waits_for_parallel;
      tally.parallel_wait += as_time(now - scheduled);
    }
    double start = now;
    if (run.concurrency > 0 && served.size() >= run.concurrency) {
      start = std::max(start, served.top());
      served.pop();
    }
    double done = start + run.service(random);
    if (run.concurrency > 0) served.push(done);
    if (i < run.parallel) done += run.connect;
    in_flight.push(done);
    ++tally.sends;
    ++tally.sent;
    ++tally.succeeded;
    ++tally.planned;
    ++tally.ended_sends;
    tally.in_flight = std::max<std::uint64_t>(tally.in_flight, in_flight.size());
    tally.latency.record(as_time(done - now));
    tally.due_latency.record(as_time(done - due));
    tally.late.record(as_time(now - due));
    tally.client_lag.record(std::chrono::microseconds(50));
    tally.due_latency_trend.record(due, done - due);
    tally.course.record(as_time(now), as_time(done - now));
    tally.levels.record(in_flight.size(), as_time(done - now));
    tally.time_in_flight += as_time(done - now);
    tally.first_send = std::min(tally.first_send, as_time(now));
    tally.last_send = as_time(now);
    tally.last_done = std::max(tally.last_done, as_time(done));
    due += run.is_poisson ? std::exponential_distribution<double>(1 / interval)(random) : interval;
  }
  return tally;
}

}  // namespace paceline::stats
