#pragma once

#include <paceline/gbench/display/run_display.h>

namespace paceline::gbench::display {

/// Shows a block for each run: a table with the metrics as rows and their statistics as columns,
/// then the rate, the tokens, the errors and the parts of the run.
class RunBlocks : public RunDisplay {
 public:
  using RunDisplay::RunDisplay;

 private:
  void show(const Row& row) override;
  void show_heading(const Row& row);
  void show_metrics(const Row& row);
};

}  // namespace paceline::gbench::display
