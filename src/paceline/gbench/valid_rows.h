#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <paceline/gbench/reporter_decorator.h>
#include <paceline/text/gate.h>

namespace paceline {

/// Decorates a reporter so that its output is valid whatever a server, a name or a figure is.
///
/// Names, labels and errors pass the gate. A counter that is no number is left out, and in an
/// aggregate, as the variation of what is always 0, it becomes 0.
///
/// In CSV the first row decides the columns, since Google Benchmark ends the program when a later
/// row has another counter. What the first row lacks is "nan" there, and empty in later rows.
class ValidRows : public ReporterDecorator {
 public:
  enum class Columns {
    /// Each row has the counters that it has.
    free,
    /// Each row has `counters`, and what else the first row has.
    fixed,
  };

  ValidRows(benchmark::BenchmarkReporter& inner, std::shared_ptr<const Gate> gate, Columns kind,
            const std::vector<std::string>& counters);

  void ReportRuns(const std::vector<Run>& runs) override;
  /// Counters that found no column in CSV.
  const std::set<std::string>& left_out() const { return left_out_; }

 private:
  void clean_texts(Run& run) const;
  void fix_columns(Run& run);

  std::shared_ptr<const Gate> gate_;
  Columns columns_;
  std::set<std::string> counters_;
  std::set<std::string> left_out_;
  bool is_first_ = true;
};

}  // namespace paceline
