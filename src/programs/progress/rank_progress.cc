#include <programs/progress/rank_progress.h>

namespace paceline::programs::progress {

void RankProgress::publish(std::size_t thread, const run::Progress& progress) {
  const std::lock_guard lock(mutex_);
  threads_[thread] = progress;
  // The first thread publishes as often as the others.
  if (thread > 0) return;
  run::Progress whole = progress;
  for (std::size_t other = 1; other < threads_.size(); ++other) whole.merge(threads_[other]);
  ranks_.publish(whole);
}

}  // namespace paceline::programs::progress
