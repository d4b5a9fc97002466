#include <programs/progress/progress_line.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

#include <paceline/stats/run_tally.h>
#include <paceline/text/numbers.h>
#include <programs/progress/figures.h>

namespace paceline::programs::progress {
namespace {

using std::chrono::nanoseconds;

/// A figure and its rank: figures with the highest rank are left out first.
struct Figure {
  std::string text;
  int dispensable;
};

// The rank of the bar among the figures.
constexpr int rank_of_bar = 7;

void add_latency(const run::Progress& progress, std::vector<Figure>& figures) {
  if (progress.p50 <= nanoseconds(0)) return;
  const bool is_streamed = progress.ttft_p50 > nanoseconds(0);
  if (is_streamed) figures.push_back({"ttft " + text::time_text(progress.ttft_p50), 4});
  figures.push_back({"p50 " + text::time_text(progress.p50), is_streamed ? 6 : 4});
  figures.push_back({"p99 " + text::time_text(progress.p99), 2});
}

std::vector<Figure> figures_of(const RunProgress& run) {
  const run::Progress& progress = run.so_far;
  std::vector<Figure> figures{{fmt::format("{:.0f}%", std::floor(100 * share_done(progress))), 0},
                              {done_text(progress), progress.is_warming_up ? 0 : 8}};
  if (std::string left = left_text(run); !left.empty()) figures.push_back({std::move(left), 1});
  if (progress.retry_in) {
    figures.push_back({fmt::format("waiting {:.0f} s for a retry",
                                   std::ceil(stats::seconds_of(*progress.retry_in))),
                       0});
  }
  std::string rate = text::number_text(run.recent_rpm);
  if (run.asked_rpm > 0) rate += " of " + text::number_text(run.asked_rpm);
  figures.push_back({rate + " RPM", 3});
  figures.push_back({count_text(progress.in_flight) + " in flight", 9});
  add_latency(progress, figures);
  if (progress.streams > 0) figures.push_back({text::number_text(run.recent_tokens) + " tok/s", 5});
  figures.push_back(
      {fmt::format("{} error{}", count_text(progress.failed), progress.failed == 1 ? "" : "s"),
       progress.failed == 0 ? 6 : 1});
  return figures;
}

std::string joined(const std::vector<Figure>& figures, const char* separator) {
  std::string line;
  for (const Figure& figure : figures) {
    if (!line.empty()) line += separator;
    line += figure.text;
  }
  return line;
}

std::string bracketed_bar(double share, std::size_t length) {
  const auto full = static_cast<std::size_t>(share * static_cast<double>(length));
  return "[" + std::string(full, '#') + std::string(length - full, '-') + "]  ";
}

}  // namespace

std::string progress_bar(const RunProgress& run, std::size_t width) {
  constexpr std::size_t shortest_bar = 4;
  constexpr std::size_t longest_bar = 30;
  constexpr std::size_t around_bar = 4;
  // A cursor in the last column would wrap on some terminals.
  const std::size_t room = width > 0 ? width - 1 : 0;
  std::vector<Figure> figures = figures_of(run);
  std::string line = joined(figures, "  ");
  bool has_bar = true;
  while (line.size() + (has_bar ? shortest_bar + around_bar : 0) > room) {
    const auto least = std::max_element(
        figures.begin(), figures.end(),
        [](const Figure& one, const Figure& other) { return one.dispensable < other.dispensable; });
    if (has_bar && least->dispensable < rank_of_bar) {
      has_bar = false;
    } else if (figures.size() > 1) {
      figures.erase(least);
    } else {
      break;
    }
    line = joined(figures, "  ");
  }
  if (has_bar) {
    const std::size_t length = std::min(longest_bar, room - line.size() - around_bar);
    line.insert(0, bracketed_bar(share_done(run.so_far), length));
  }
  return line.substr(0, room);
}

std::string progress_sentence(const RunProgress& run) {
  return fmt::format("{}: {}", run.name, joined(figures_of(run), ", "));
}

}  // namespace paceline::programs::progress
