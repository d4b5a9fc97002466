#pragma once

#include <cstddef>
#include <string>

#include <programs/progress/run_progress.h>

namespace paceline::programs::progress {

/// The line for a terminal: a bar and figures in fewer than `width` columns. If the line is too
/// long, the bar becomes shorter, and the least important figures are left out.
std::string progress_bar(const RunProgress& run, std::size_t width);

/// The line for a log file: the run's name, the share done, and every figure.
std::string progress_sentence(const RunProgress& run);

}  // namespace paceline::programs::progress
