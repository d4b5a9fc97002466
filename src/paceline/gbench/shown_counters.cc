#include <paceline/gbench/shown_counters.h>

#include <cmath>
#include <utility>

namespace paceline::gbench {

void ShownCounters::ReportRuns(const std::vector<Run>& runs) {
  std::set<std::pair<std::string, std::string>> told;
  for (const Run& run : runs) {
    for (const std::string& name : shown_unless_zero_) {
      const auto counter = run.counters.find(name);
      // The variation of a counter that is always 0 is not a number.
      if (counter != run.counters.end() && std::isfinite(counter->second.value) &&
          counter->second.value != 0) {
        told.emplace(run.run_name.str(), name);
      }
    }
  }
  std::vector<Run> rows = runs;
  for (Run& row : rows) {
    const std::string run = row.run_name.str();
    for (const std::string& name : hidden_) row.counters.erase(name);
    for (const std::string& name : shown_unless_zero_) {
      if (!told.contains({run, name})) row.counters.erase(name);
    }
  }
  inner().ReportRuns(rows);
}

}  // namespace paceline::gbench
