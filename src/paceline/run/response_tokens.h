#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <paceline/workload.h>

namespace paceline::run {

// In both functions, `times` is nullptr for a response that was not streamed.

/// The tokens of a response, as the server counted them, or else as the stream reader did. Nothing
/// if neither did.
std::optional<std::uint64_t> tokens_of(const Outcome& outcome, const TokenTimes* times);

/// The time per output token after the first. Nothing for a response whose tokens arrived in one
/// event.
std::optional<std::chrono::nanoseconds> time_per_token(const Outcome& outcome,
                                                       const TokenTimes* times);

}  // namespace paceline::run
