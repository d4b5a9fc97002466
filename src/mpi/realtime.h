#pragma once

#include <chrono>
#include <optional>

namespace paceline::mpi {

/// By how much the system's clock of the time of day is ahead of the monotonic clock.
std::chrono::nanoseconds realtime_ahead();

/// How far the system's clock may be from the time of day, as the program that disciplines the
/// clock has told the kernel. Nothing if no such program has told it.
std::optional<std::chrono::nanoseconds> realtime_error();

}  // namespace paceline::mpi
