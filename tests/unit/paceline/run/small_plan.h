#pragma once

#include <paceline/run/run_stripe.h>

#include <cstdint>

namespace paceline::run {

/// A run of as many requests.
inline RunPlan small_plan(std::uint64_t requests, std::uint64_t warmup = 0) {
  return RunPlan(RunOptions{.requests = requests, .warmup = warmup});
}

}  // namespace paceline::run
