#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include <paceline/text_generation.h>
#include <paceline/workload.h>

namespace paceline {

/// Base of a suite's fixtures: a subclass names its workload, and a benchmark calls run(state).
/// See README.md for a whole suite.
class Fixture : public benchmark::Fixture {
 public:
  /// Makes the workload of a thread. Called once for each thread, before its first run. `api` is
  /// the program's API or the embedded endpoint.
  virtual std::unique_ptr<Workload> make_workload(const Api& api) = 0;

  /// Runs the whole benchmark run: range(0) is the rpm (0: unpaced), range(1) is the parallel, and
  /// the iterations are the requests. Register with Iterations(N) and UseManualTime(). Before the
  /// first run, one request tries the API. If that request fails, the program sends no more and
  /// exits with status 1. Needs run_program() as the program's main. Called on the thread that runs
  /// the benchmark.
  void run(benchmark::State& state);

 private:
  std::mutex mutex_;
  /// By thread; each is made in its thread's first run.
  std::vector<std::unique_ptr<Workload>> workloads_;
  /// The first responses that the first thread's workload was adapted to.
  std::vector<Outcome> adapted_to_;
};

}  // namespace paceline
