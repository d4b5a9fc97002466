#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

#include <paceline/run/progress_sink.h>
#include <paceline/run/ranks.h>

namespace paceline::programs::progress {

/// Hands the progress of a process that does not lead to rank 0, which shows it.
class RankProgress : public run::ProgressSink {
 public:
  /// `ranks` outlives this.
  RankProgress(run::Ranks& ranks, std::size_t threads) : ranks_(ranks), threads_(threads) {}

  void publish(std::size_t thread, const run::Progress& progress) override;
  void end() override {}

 private:
  run::Ranks& ranks_;
  std::mutex mutex_;
  std::vector<run::Progress> threads_;
};

}  // namespace paceline::programs::progress
