#pragma once

#include <string>

#include <paceline/gbench/display/run_display.h>

namespace paceline::gbench::display {

/// Shows one line for each run: the rates asked and sent, the most important times, errors and the
/// verdict. The lines of one benchmark follow its name. A narrow terminal has fewer columns.
class RunTable : public RunDisplay {
 public:
  using RunDisplay::RunDisplay;

 private:
  void show(const Row& row) override;
  void interrupt() override { heading_.clear(); }
  void begin(const Row& row);
  void show_failure(const Row& row);

  /// The benchmark whose lines are printed.
  std::string name_;
  /// The titles of the columns above the last line.
  std::string heading_;
  RowKind kind_ = RowKind::responses;
};

}  // namespace paceline::gbench::display
