#include <programs/progress/charts.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <paceline/histogram.h>

namespace paceline::programs::progress {
namespace {

constexpr std::size_t heights = 8;
constexpr std::array<std::string_view, heights> blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::string_view letters = "_.:-=+*#";
constexpr std::array<std::string_view, heights> parts{"▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};

}  // namespace

std::string sparkline(const std::vector<double>& values, double highest, bool has_blocks) {
  std::string line;
  for (const double value : values) {
    if (value <= 0 || highest <= 0) {
      line += ' ';
      continue;
    }
    const auto height = std::clamp<std::size_t>(
        static_cast<std::size_t>(std::ceil(value / highest * heights)), 1, heights);
    line += has_blocks ? blocks[height - 1] : letters.substr(height - 1, 1);
  }
  return line;
}

std::string bar_of(double share, std::size_t width, bool has_blocks) {
  if (share <= 0) return {};
  const double columns = std::min(share, 1.0) * static_cast<double>(width);
  if (!has_blocks) {
    return std::string(std::max<std::size_t>(1, static_cast<std::size_t>(columns)), '#');
  }
  const auto eighths = std::max<std::size_t>(1, static_cast<std::size_t>(columns * heights));
  std::string bar;
  for (std::size_t i = 0; i < eighths / heights; ++i) bar += parts.back();
  if (eighths % heights > 0) bar += parts[eighths % heights - 1];
  return bar;
}

std::vector<HistogramRow> histogram_rows(const run::LatencyCounts& counts, std::size_t most) {
  const auto is_used = [](std::uint64_t count) { return count > 0; };
  const auto first = std::find_if(counts.begin(), counts.end(), is_used);
  if (first == counts.end() || most == 0) return {};
  const auto lowest = static_cast<std::size_t>(first - counts.begin());
  const auto highest = static_cast<std::size_t>(
      counts.rend() - std::find_if(counts.rbegin(), counts.rend(), is_used) - 1);
  std::size_t width = 1;
  while (highest / width - lowest / width + 1 > most) width *= 2;
  std::vector<HistogramRow> rows;
  for (std::size_t row = lowest / width; row <= highest / width; ++row) {
    const std::size_t end = std::min((row + 1) * width, counts.size());
    HistogramRow shown{Histogram::begin_of(row * width), Histogram::begin_of(end), 0};
    for (std::size_t i = row * width; i < end; ++i) shown.count += counts[i];
    rows.push_back(shown);
  }
  return rows;
}

}  // namespace paceline::programs::progress
