#pragma once

#include <string>
#include <vector>

#include <paceline/gbench/display/row.h>

namespace paceline::gbench::display {

/// Facts of one kind: a title such as "tokens", and one item for each counter.
struct RowFact {
  std::string title;
  std::vector<std::string> items;
};

/// The row's counters that are not times of the whole run: rate, tokens, ends, errors, CPU, and one
/// line for each part of the run. A fact without any counter is left out.
std::vector<RowFact> facts_of(const Row& row);

}  // namespace paceline::gbench::display
