#include <paceline/gbench/verdict_lines.h>

#include <fmt/format.h>

#include <algorithm>

namespace paceline::gbench {

void VerdictLines::add(const std::string& row, Bound bound, const std::string& words) {
  auto place = std::find_if(rows_.begin(), rows_.end(), [&row](const Row& known) {
    return known.name == row && !known.found.empty();
  });
  if (place == rows_.end()) place = rows_.insert(place, {row, {}});
  const auto same = std::find_if(place->found.begin(), place->found.end(),
                                 [bound](const Found& known) { return known.bound == bound; });
  if (same == place->found.end()) {
    place->found.push_back({bound, words, 1});
  } else {
    ++same->times;
  }
}

void VerdictLines::add(const std::string& line) {
  rows_.push_back({line, {}});
}

std::vector<std::string> VerdictLines::lines() const {
  std::vector<std::string> lines;
  lines.reserve(rows_.size());
  for (const Row& row : rows_) lines.push_back(line_of(row));
  return lines;
}

std::string VerdictLines::line_of(const Row& row) {
  if (row.found.empty()) return row.name;
  int repetitions = 0;
  for (const Found& found : row.found) repetitions += found.times;
  std::vector<Found> sorted = row.found;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Found& one, const Found& other) { return one.times > other.times; });
  std::string line = row.name + ": ";
  for (const Found& found : sorted) {
    if (&found != &sorted.front()) line += "; ";
    line += fmt::format("{}: {}", name_of(found.bound), found.words);
    if (sorted.size() > 1) {
      line += fmt::format(" ({} of {} repetitions)", found.times, repetitions);
    } else if (repetitions > 1) {
      line += fmt::format(" ({} repetitions)", repetitions);
    }
  }
  return line;
}

}  // namespace paceline::gbench
