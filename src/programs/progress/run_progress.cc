#include <programs/progress/run_progress.h>

#include <fmt/format.h>

#include <algorithm>

#include <paceline/stats/run_tally.h>
#include <programs/progress/figures.h>

namespace paceline::programs::progress {

double share_done(const run::Progress& progress) {
  if (progress.planned == 0) return 0;
  return static_cast<double>(progress.ended) / static_cast<double>(progress.planned);
}

std::string left_text(const RunProgress& run) {
  // At the start and in a stall, the run's own rate is the best estimate.
  const double rpm = run.recent_rpm > 0 ? run.recent_rpm : run.asked_rpm;
  const double waiting = run.so_far.retry_in ? stats::seconds_of(*run.so_far.retry_in) : 0;
  if (rpm <= 0) return waiting > 0 ? clock_text(waiting) + " left" : "";
  return clock_text(std::max(waiting, 60 * static_cast<double>(run.so_far.left) / rpm)) + " left";
}

std::string done_text(const run::Progress& progress) {
  if (progress.is_warming_up) return "warm-up";
  return fmt::format("{} of {}", count_text(progress.ended), count_text(progress.planned));
}

}  // namespace paceline::programs::progress
