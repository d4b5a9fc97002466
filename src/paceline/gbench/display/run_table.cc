#include <paceline/gbench/display/run_table.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/text/numbers.h>

namespace paceline::gbench::display {
namespace {

enum class CellKind { parallel, asked, time, number, verdict };

/// A column and its importance. Columns of the lowest importance are left out first.
struct Column {
  const char* title;
  std::size_t width;
  int importance;
  CellKind kind;
  /// The counter that the column shows; nullptr: none.
  const char* counter = nullptr;
};

constexpr int always = 100;
/// The longest verdict, "parallel-bound".
constexpr std::size_t verdict_width = 14;

const std::vector<Column>& columns_of(RowKind kind) {
  static const std::vector<Column> responses{{"parallel", 8, 50, CellKind::parallel},
                                             {"asked", 7, always, CellKind::asked},
                                             {"sent", 6, 60, CellKind::number, "rpm"},
                                             {"p50", 7, always, CellKind::time, "p50"},
                                             {"p90", 7, 20, CellKind::time, "p90"},
                                             {"p99", 7, always, CellKind::time, "p99"},
                                             {"p99.9", 7, 4, CellKind::time, "p99.9"},
                                             {"max", 7, 10, CellKind::time, "max"},
                                             {"due p99", 7, 6, CellKind::time, "due_p99"},
                                             {"late p99", 8, 5, CellKind::time, "late_p99"},
                                             {"responses/s", 11, 3, CellKind::number, "rps"},
                                             {"errors", 6, 70, CellKind::number, "errors"},
                                             {"verdict", verdict_width, always, CellKind::verdict}};
  static const std::vector<Column> streams{{"parallel", 8, 50, CellKind::parallel},
                                           {"asked", 7, always, CellKind::asked},
                                           {"sent", 6, 60, CellKind::number, "rpm"},
                                           {"p50", 7, 15, CellKind::time, "p50"},
                                           {"p99", 7, 55, CellKind::time, "p99"},
                                           {"TTFT p50", 8, always, CellKind::time, "ttft_p50"},
                                           {"TTFT p99", 8, 10, CellKind::time, "ttft_p99"},
                                           {"ITL p50", 7, 6, CellKind::time, "itl_p50"},
                                           {"ITL p99", 7, 5, CellKind::time, "itl_p99"},
                                           {"TPOT p50", 8, 4, CellKind::time, "tpot_p50"},
                                           {"late p99", 8, 3, CellKind::time, "late_p99"},
                                           {"tokens/s", 8, 65, CellKind::number, "tokens_out"},
                                           {"errors", 6, 70, CellKind::number, "errors"},
                                           {"verdict", verdict_width, always, CellKind::verdict}};
  static const std::vector<Column> search{{"parallel", 8, 50, CellKind::parallel},
                                          {"max RPM", 7, always, CellKind::number, "max_rpm"},
                                          {"sent", 6, 60, CellKind::number, "rpm"},
                                          {"p50", 7, always, CellKind::time, "p50"},
                                          {"p90", 7, 20, CellKind::time, "p90"},
                                          {"p99", 7, always, CellKind::time, "p99"},
                                          {"max", 7, 10, CellKind::time, "max"},
                                          {"TTFT p99", 8, 9, CellKind::time, "ttft_p99"},
                                          {"errors", 6, 70, CellKind::number, "errors"},
                                          {"probes", 6, 40, CellKind::number, "probes"}};
  if (kind == RowKind::streams) return streams;
  return kind == RowKind::search ? search : responses;
}

constexpr std::size_t gap = 2;

std::size_t width_of(const std::vector<Column>& columns) {
  std::size_t width = 0;
  for (const Column& column : columns) width += gap + column.width;
  return width;
}

/// Whether the column is empty for a search among whole responses, which have no first token.
bool is_of_other_search(const Column& column, const Row& row) {
  return row.kind == RowKind::search && column.title == std::string_view("TTFT p99") &&
         !row.counter(column.counter);
}

std::vector<Column> columns_within(const Row& row, std::size_t width) {
  std::vector<Column> columns = columns_of(row.kind);
  std::erase_if(columns, [&row](const Column& column) { return is_of_other_search(column, row); });
  while (width_of(columns) > width) {
    const auto least = std::min_element(
        columns.begin(), columns.end(),
        [](const Column& one, const Column& other) { return one.importance < other.importance; });
    if (least->importance == always) break;
    columns.erase(least);
  }
  return columns;
}

std::string parallel_text(const Row& row) {
  return row.parallel ? text::number_text(static_cast<double>(*row.parallel)) : std::string();
}

std::string cell(const Column& column, const Row& row) {
  switch (column.kind) {
    case CellKind::parallel:
      return parallel_text(row);
    case CellKind::asked:
      return rpm_text(row);
    case CellKind::verdict:
      return row.aggregate.empty() ? row.verdict : row.aggregate;
    case CellKind::time:
    case CellKind::number:
      break;
  }
  const auto value = row.counter(column.counter);
  if (!value) return {};
  return column.kind == CellKind::time ? time_cell(*value, row.is_share)
                                       : number_cell(*value, row.is_share);
}

text::Emphasis emphasis_of(const Column& column, const Row& row) {
  if (!row.aggregate.empty()) return text::Emphasis::none;
  if (column.kind == CellKind::verdict) return emphasis_of_verdict(row.verdict);
  const bool counts_errors = column.title == std::string_view("errors");
  return counts_errors && row.counter("errors").value_or(0) > 0 ? text::Emphasis::bad
                                                                : text::Emphasis::none;
}

/// The text in its column: numbers at the right edge, the verdict at the left edge.
std::string placed(const Column& column, const std::string& text) {
  const bool is_left = column.kind == CellKind::verdict;
  return std::string(gap, ' ') + (is_left ? text : fmt::format("{:>{}}", text, column.width));
}

}  // namespace

void RunTable::begin(const Row& row) {
  std::string heading;
  for (const Column& column : columns_within(row, style().width)) {
    heading += placed(column, column.title);
  }
  if (row.name == name_ && heading == heading_) return;
  name_ = row.name;
  heading_ = std::move(heading);
  kind_ = row.kind;
  out() << '\n' << emphasized(name_, text::Emphasis::heading) << '\n' << heading_ << '\n';
}

void RunTable::show_failure(const Row& row) {
  Row headed = row;
  headed.kind = kind_;
  begin(headed);
  for (const Column& column : columns_within(headed, style().width)) {
    if (column.kind == CellKind::parallel || column.kind == CellKind::asked) {
      out() << placed(column, cell(column, row));
    }
  }
  out() << "  " << emphasized("failed", text::Emphasis::bad) << ": " << row.notes << '\n';
}

void RunTable::show(const Row& row) {
  if (row.kind == RowKind::failed) {
    show_failure(row);
    return;
  }
  begin(row);
  for (const Column& column : columns_within(row, style().width)) {
    out() << emphasized(placed(column, cell(column, row)), emphasis_of(column, row));
  }
  out() << '\n';
  if (!row.notes.empty() && row.kind != RowKind::search) out() << "    " << row.notes << '\n';
}

}  // namespace paceline::gbench::display
