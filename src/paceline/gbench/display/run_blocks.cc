#include <paceline/gbench/display/run_blocks.h>

#include <fmt/format.h>
#include <paceline/gbench/display/row_facts.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::gbench::display {
namespace {

/// A metric, and the prefix of its counters.
struct Metric {
  const char* name;
  std::string_view prefix;
};

constexpr std::array metrics{Metric{"latency", ""},
                             Metric{"latency from due time", "due_"},
                             Metric{"lateness of sends", "late_"},
                             Metric{"latency of retried", "retried_"},
                             Metric{"opening connections", "connect_"},
                             Metric{"TTFT", "ttft_"},
                             Metric{"time to first answer", "ttfa_"},
                             Metric{"thinking", "thinking_"},
                             Metric{"ITL", "itl_"},
                             Metric{"TPOT", "tpot_"}};
constexpr std::array statistics{"mean", "stddev", "p50", "p90", "p99", "p99.9", "max"};

using Values = std::array<std::optional<double>, statistics.size()>;

Values values_of(const Metric& metric, const Row& row) {
  Values values;
  for (std::size_t place = 0; place < statistics.size(); ++place) {
    values[place] = row.counter(std::string(metric.prefix) + statistics[place]);
  }
  return values;
}

/// The unit of all values of a metric.
struct Scale {
  const char* name;
  double in_a_second;
};

Scale scale_of(const Values& values, bool is_share) {
  if (is_share) return {"%", 100};
  double largest = 0;
  for (const auto& value : values) largest = std::max(largest, value.value_or(0));
  // A value that rounds to 1000 gets the next scale.
  if (largest < 999.5e-6) return {"us", 1e6};
  return largest < 999.5e-3 ? Scale{"ms", 1e3} : Scale{"s", 1};
}

/// A number in three digits, or with three digits after the point.
std::string digits(double value) {
  if (value >= 99.95) return fmt::format("{:.0f}", value);
  if (value >= 9.995) return fmt::format("{:.1f}", value);
  return fmt::format("{:.{}f}", value, value >= 0.9995 || value == 0 ? 2 : 3);
}

constexpr std::size_t name_width = 28;
constexpr std::size_t title_width = 10;

/// The width of a column of values, so that a line fits on a terminal of 80 columns too.
std::size_t value_width_within(std::size_t width) {
  constexpr std::size_t narrowest = 7;
  constexpr std::size_t widest = 9;
  const std::size_t space = width > name_width ? width - name_width : 0;
  return std::clamp(space / statistics.size(), narrowest, widest);
}

/// Whether the row has the spread of the repetitions and no figures of its own.
bool is_spread(const Row& row) {
  return row.is_share || row.aggregate == "stddev";
}

/// The items with commas between them, on as many lines as they need, beside the titles.
std::string listed(const std::vector<std::string>& items, std::size_t width) {
  constexpr std::size_t indent = title_width + 2;
  std::string text;
  std::size_t column = indent;
  for (const std::string& item : items) {
    const bool is_last = &item == &items.back();
    const std::size_t length = item.size() + (is_last ? 0 : 1);
    if (column > indent && column + 1 + length > width) {
      text += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      text += ' ';
      ++column;
    }
    text += item + (is_last ? "" : ",");
    column += length;
  }
  return text + '\n';
}

}  // namespace

void RunBlocks::show_heading(const Row& row) {
  std::string title = row.name;
  if (row.rpm) title += ", " + rpm_text(row) + (*row.rpm == 0 ? "" : " RPM");
  if (row.parallel) title += fmt::format(", parallel {}", *row.parallel);
  if (!row.aggregate.empty()) title += fmt::format(": {} of the repetitions", row.aggregate);
  out() << '\n' << emphasized(title, text::Emphasis::heading) << '\n';
  if (row.kind == RowKind::failed) {
    out() << "  " << emphasized("failed", text::Emphasis::bad) << ": " << row.notes << '\n';
  } else if (row.aggregate.empty()) {
    // A search has a result in place of a verdict.
    const text::Emphasis emphasis =
        row.kind == RowKind::search ? text::Emphasis::none : emphasis_of_verdict(row.verdict);
    out() << "  " << emphasized(row.verdict, emphasis);
    if (!row.notes.empty()) out() << "; " << row.notes;
    out() << '\n';
  }
}

void RunBlocks::show_metrics(const Row& row) {
  const std::size_t value_width = value_width_within(style().width);
  out() << std::string(name_width, ' ');
  for (const char* statistic : statistics) out() << fmt::format("{:>{}}", statistic, value_width);
  out() << '\n';
  for (const Metric& metric : metrics) {
    const Values values = values_of(metric, row);
    if (std::none_of(values.begin(), values.end(), [](const auto& value) { return value; })) {
      continue;
    }
    const Scale scale = scale_of(values, row.is_share);
    std::string line =
        fmt::format("  {:<{}}", fmt::format("{}, {}", metric.name, scale.name), name_width - 2);
    for (const auto& value : values) {
      line += fmt::format("{:>{}}", value ? digits(*value * scale.in_a_second) : "", value_width);
    }
    out() << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  }
}

void RunBlocks::show(const Row& row) {
  show_heading(row);
  if (row.kind == RowKind::failed) return;
  show_metrics(row);
  if (is_spread(row)) return;
  for (const RowFact& fact : facts_of(row)) {
    out() << fmt::format("  {:<{}}", fact.title, title_width) << listed(fact.items, style().width);
  }
}

}  // namespace paceline::gbench::display
