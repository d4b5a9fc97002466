#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <paceline/run/run_stripe.h>

namespace paceline::programs::progress {

/// A character for each value, whose height is its share of `highest`. A value of 0 is a space.
/// With `has_blocks` eight heights of block characters, otherwise ASCII.
std::string sparkline(const std::vector<double>& values, double highest, bool has_blocks);

/// A horizontal bar whose length is the `share`, from 0 to 1, of `width` columns. A share above 0
/// is never empty. With `has_blocks` in eighths of a column, otherwise of '#'.
std::string bar_of(double share, std::size_t width, bool has_blocks);

/// The number of responses in a range of latency.
struct HistogramRow {
  std::chrono::nanoseconds begin{0};
  std::chrono::nanoseconds end{0};
  std::uint64_t count = 0;
};

/// Rows from the lowest to the highest latency that occurs, at most `most`. A power of two has
/// eight rows, or fewer if there is less room; a row may also span several powers.
std::vector<HistogramRow> histogram_rows(const run::LatencyCounts& counts, std::size_t most);

}  // namespace paceline::programs::progress
