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
  /// What to send; called once for each thread, before its first run. `api` is what --paceline_url
  /// and the key's variable say, or the embedded endpoint.
  virtual std::unique_ptr<Workload> make_workload(const Api& api) = 0;

  /// The whole run; see measure(). Before the first, one request tries the API: when that fails
  /// the program sends no more and exits with 1.
  void run(benchmark::State& state);

 private:
  std::mutex mutex_;
  /// By thread; each is made in its thread's first run.
  std::vector<std::unique_ptr<Workload>> workloads_;
};

}  // namespace paceline
