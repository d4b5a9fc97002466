#pragma once

#include <benchmark/benchmark.h>

#include <string>

namespace paceline::gbench {

/// How a run of Google Benchmark ended.
enum class RunEnding { measured, skipped, failed };

/// Google Benchmark 1.7 has the member error_occurred. Later versions have `skipped`, whose value
/// distinguishes an error from a message.
template <typename Run>
RunEnding ending_of(const Run& run) {
  if constexpr (requires { run.error_occurred; }) {
    return run.error_occurred ? RunEnding::failed : RunEnding::measured;
  } else {
    return static_cast<RunEnding>(run.skipped);
  }
}

/// Why the run was skipped or failed. The member is error_message in Google Benchmark 1.7, and
/// skip_message in later versions.
template <typename Run>
auto& error_of(Run& run) {
  if constexpr (requires { run.error_message; }) {
    return run.error_message;
  } else {
    return run.skip_message;
  }
}

}  // namespace paceline::gbench
