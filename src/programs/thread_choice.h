#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/text/result.h>
#include <programs/grid.h>
#include <programs/options.h>

namespace paceline::programs {

/// Chooses the number of threads for --paceline_threads=auto.
class ThreadChoice {
 public:
  /// The share of a core that a thread may use. The rest is for TLS, whose CPU time is not
  /// measured, for delays, and for responses that are longer than the measured ones.
  static constexpr double busy = 0.5;

  /// `cores`: that the program may use. `request`: the CPU time of one request.
  ThreadChoice(std::size_t cores, std::chrono::nanoseconds request)
      : cores_(static_cast<std::int64_t>(cores)), request_(request) {}

  /// The threads of each of `ranks` processes in a run at `rpm`, which has at most `parallel`
  /// requests in flight. An unpaced run (0) has one for each core.
  std::int64_t threads(std::int64_t rpm, std::int64_t parallel, std::int64_t ranks = 1) const;

  /// The choice for the rows, with its reason.
  std::string text(const std::vector<GridRow>& rows) const;

 private:
  std::int64_t cores_;
  std::chrono::nanoseconds request_;
};

/// Whether a run of the grid has a rate.
bool has_rate(const Grid& grid);

/// The choice for the runs of a grid. Rank 0 chooses for all processes.
///
/// If a run has a rate and there are several cores, measures the CPU time of one request on a busy
/// thread, without a request to the workload's own server: an endpoint of this program answers over
/// plain HTTP, as long as the first response of the workload (SelectedWorkload::checked, which is
/// set then) was. That takes a quarter of a second, or up to three seconds for long responses.
/// Errors: those of Endpoint::start() and of SelectedWorkload::make.
Result<ThreadChoice> choose_threads(const SelectedWorkload& selected, const Grid& grid,
                                    gbench::Context& context);

}  // namespace paceline::programs
