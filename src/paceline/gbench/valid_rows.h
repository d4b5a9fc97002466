#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <paceline/gbench/reporter_decorator.h>
#include <paceline/text/gate.h>

namespace paceline::gbench {

/// Decorates a reporter so that its output is valid for any text and any number.
///
/// Names, labels and errors pass the gate. A counter that is not a number is left out. In an
/// aggregate such a counter, for example the variation of a constant 0, becomes 0.
///
/// In CSV the first row determines the columns, because Google Benchmark ends the program when a
/// later row has another counter. A counter that the first row lacks is "nan" in the first row and
/// empty in later rows.
class ValidRows : public ReporterDecorator {
 public:
  enum class Columns {
    /// Each row keeps its own counters.
    free,
    /// Each row has `counters` and the first row's other counters.
    fixed,
  };

  ValidRows(benchmark::BenchmarkReporter& inner, std::shared_ptr<const text::Gate> gate,
            Columns kind, const std::vector<std::string>& counters);

  void ReportRuns(const std::vector<Run>& runs) override;
  /// Counters without a column in CSV.
  const std::set<std::string>& left_out() const { return left_out_; }

 private:
  void clean_texts(Run& run) const;
  void fix_columns(Run& run);

  std::shared_ptr<const text::Gate> gate_;
  Columns columns_;
  std::set<std::string> counters_;
  std::set<std::string> left_out_;
  bool is_first_ = true;
};

}  // namespace paceline::gbench
