#include <programs/progress/screen.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include <paceline/gbench/display/style.h>
#include <paceline/run.h>
#include <paceline/stats/run_tally.h>
#include <paceline/text/numbers.h>
#include <programs/progress/charts.h>
#include <programs/progress/figures.h>
#include <programs/progress/styled_line.h>

namespace paceline::programs::progress {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t least_width = 64;
constexpr std::size_t least_height = 20;
constexpr std::size_t column_of_figures = 11;

/// The names of the counters in the results, by kind.
constexpr std::array<std::string_view, failure_kinds> kinds{
    "connects", "timeouts", "resets",        "http_4xx",
    "http_429", "http_5xx", "bad_responses", "other_errors"};

/// Draws the parts of the screen, line by line.
class Screen {
 public:
  Screen(const ScreenContent& content, const ScreenLook& look)
      : content_(content), look_(look), width_(look.size.width - 1) {}

  void add_head();
  void add_figures();
  void add_last_minute();
  void add_keys();
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  StyledLine line() const { return {width_, look_.has_colour}; }
  void add(const StyledLine& line) { lines_.push_back(line.text()); }
  void add_figure(std::string_view name, const std::string& text,
                  text::Emphasis emphasis = text::Emphasis::none);
  void add_errors();
  void add_verdict();
  void add_sparkline(std::string_view name, nanoseconds LatencySecond::*quantile);
  void add_histogram(std::size_t height);

  const ScreenContent& content_;
  const ScreenLook& look_;
  /// A cursor in the last column would wrap on some terminals.
  std::size_t width_;
  std::vector<std::string> lines_;
};

void Screen::add_head() {
  const RunProgress& run = content_.run;
  const bool is_one_of_many = content_.runs > 1 && content_.number <= content_.runs;
  const std::string place =
      is_one_of_many ? fmt::format("run {} of {}", content_.number, content_.runs) : "";
  const std::size_t room = place.empty() ? width_ : width_ - place.size() - 2;
  StyledLine name(room, look_.has_colour);
  name.add(run.name, text::Emphasis::heading);
  if (place.empty()) {
    add(name);
  } else {
    lines_.push_back(name.to_column(room).text() + "  " + place);
  }
  const double share = share_done(run.so_far);
  std::string figures = fmt::format("{:.0f}%  {}", std::floor(100 * share), done_text(run.so_far));
  if (const std::string left = left_text(run); !left.empty()) figures += "  " + left;
  const std::size_t around_bar = figures.size() + 4;
  const std::size_t length = std::min<std::size_t>(60, width_ - std::min(width_, around_bar));
  const std::string full = bar_of(share, length, look_.has_blocks);
  StyledLine bar = line();
  bar.add("[").add(full, text::Emphasis::good).to_column(length + 1);
  bar.add("]  ").add(figures);
  add(bar);
  lines_.emplace_back();
}

void Screen::add_figure(std::string_view name, const std::string& words, text::Emphasis emphasis) {
  add(line().add(name).to_column(column_of_figures).add(words, emphasis));
}

void Screen::add_figures() {
  const RunProgress& run = content_.run;
  const run::Progress& progress = run.so_far;
  std::string rate = text::number_text(run.recent_rpm) + " RPM sent";
  rate += run.asked_rpm > 0 ? ", " + text::number_text(run.asked_rpm) + " asked" : ", unpaced";
  if (progress.retry_in) {
    rate += fmt::format(", waiting {:.0f} s for a retry",
                        std::ceil(stats::seconds_of(*progress.retry_in)));
  }
  add_figure("rate", rate);
  add_figure("in flight", fmt::format("{} of {}", count_text(progress.in_flight),
                                      count_text(content_.parallel)));
  add_figure("latency", progress.p50 > nanoseconds(0)
                            ? fmt::format("p50 {}, p99 {}", text::time_text(progress.p50),
                                          text::time_text(progress.p99))
                            : "no response yet");
  if (progress.streams > 0) {
    add_figure(
        "tokens",
        fmt::format("{} per second, ttft p50 {}, p99 {}", text::number_text(run.recent_tokens),
                    text::time_text(progress.ttft_p50), text::time_text(progress.ttft_p99)));
  }
  add_errors();
  add_verdict();
  lines_.emplace_back();
}

void Screen::add_errors() {
  const run::Progress& progress = content_.run.so_far;
  if (progress.failed == 0) return add_figure("errors", "none");
  std::string text = count_text(progress.failed) + ": ";
  std::vector<std::string> counts;
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    if (progress.failures[kind] > 0) {
      counts.push_back(fmt::format("{} {}", kinds[kind], count_text(progress.failures[kind])));
    }
  }
  add_figure("errors", text + fmt::format("{}", fmt::join(counts, ", ")), text::Emphasis::bad);
}

void Screen::add_verdict() {
  const std::optional<Bound>& bound = content_.run.so_far.bound;
  if (!bound) return add_figure("verdict", "too early to tell", text::Emphasis::quiet);
  add_figure("verdict", fmt::format("{} so far", name_of(*bound)),
             gbench::display::emphasis_of_verdict(name_of(*bound)));
}

void Screen::add_sparkline(std::string_view name, nanoseconds LatencySecond::*quantile) {
  constexpr std::size_t room_for_scale = 12;
  const std::size_t room = width_ - column_of_figures - room_for_scale;
  const std::size_t count = std::min(content_.seconds.size(), room);
  std::vector<double> values;
  nanoseconds highest{0};
  for (std::size_t i = content_.seconds.size() - count; i < content_.seconds.size(); ++i) {
    const nanoseconds value = content_.seconds[i].*quantile;
    highest = std::max(highest, value);
    values.push_back(static_cast<double>(value.count()));
  }
  StyledLine shown = line();
  shown.add(name).to_column(column_of_figures);
  shown.add(sparkline(values, static_cast<double>(highest.count()), look_.has_blocks));
  if (highest > nanoseconds(0))
    shown.add("  <= " + text::time_text(highest), text::Emphasis::quiet);
  add(shown);
}

void Screen::add_last_minute() {
  constexpr std::size_t lines_below = 2;
  constexpr std::size_t most_rows = 12;
  add(line().add("latency of the last minute, second by second", text::Emphasis::heading));
  add_sparkline("p50", &LatencySecond::p50);
  add_sparkline("p99", &LatencySecond::p99);
  lines_.emplace_back();
  const std::size_t used = lines_.size() + lines_below;
  const std::size_t left = look_.size.height - std::min(look_.size.height, used);
  add_histogram(std::min(most_rows, left));
}

void Screen::add_histogram(std::size_t height) {
  constexpr std::size_t column_of_bars = 22;
  constexpr std::size_t room_for_count = 9;
  const std::vector<HistogramRow> rows = histogram_rows(content_.latency, height);
  std::uint64_t most = 0;
  for (const HistogramRow& row : rows) most = std::max(most, row.count);
  const std::size_t room = width_ - column_of_bars - room_for_count;
  for (const HistogramRow& row : rows) {
    const double share = static_cast<double>(row.count) / static_cast<double>(most);
    StyledLine shown = line();
    shown.add(fmt::format("{:>8} to {:>7}", text::time_text(row.begin), text::time_text(row.end)));
    shown.to_column(column_of_bars)
        .add(bar_of(share, room, look_.has_blocks), text::Emphasis::good);
    add(shown.add(" " + count_text(row.count)));
  }
}

void Screen::add_keys() {
  // The last line of a full screen is free, so that the terminal does not scroll.
  while (lines_.size() + 1 < std::min(look_.size.height, least_height)) lines_.emplace_back();
  add(line().add(content_.keys, text::Emphasis::quiet));
}

}  // namespace

bool has_room(const TerminalSize& size) {
  return size.width >= least_width && size.height >= least_height;
}

std::vector<std::string> screen_lines(const ScreenContent& content, const ScreenLook& look) {
  Screen screen(content, look);
  screen.add_head();
  screen.add_figures();
  screen.add_last_minute();
  screen.add_keys();
  return screen.take();
}

}  // namespace paceline::programs::progress
