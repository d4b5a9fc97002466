#pragma once

#include <benchmark/benchmark.h>

#include <vector>

namespace paceline::gbench {

/// Base of a reporter that changes runs on their way to another reporter.
class ReporterDecorator : public benchmark::BenchmarkReporter {
 public:
  /// `inner` must outlive the decorator.
  explicit ReporterDecorator(benchmark::BenchmarkReporter& inner) : inner_(inner) {}

  bool ReportContext(const Context& context) override {
    hand_on_streams();
    return inner_.ReportContext(context);
  }
  void ReportRuns(const std::vector<Run>& runs) override { inner_.ReportRuns(runs); }
  void Finalize() override { inner_.Finalize(); }

 protected:
  benchmark::BenchmarkReporter& inner() { return inner_; }
  /// Passes on the streams: Google Benchmark sets those of the outermost reporter only.
  void hand_on_streams() {
    inner_.SetOutputStream(&GetOutputStream());
    inner_.SetErrorStream(&GetErrorStream());
  }

 private:
  benchmark::BenchmarkReporter& inner_;
};

}  // namespace paceline::gbench
