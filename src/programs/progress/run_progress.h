#pragma once

#include <string>

#include <paceline/run/run_stripe.h>

namespace paceline::programs::progress {

/// Progress of a run for display.
struct RunProgress {
  run::Progress so_far;
  /// Such as "chat/complete rpm:6000 parallel:10".
  std::string name;
  /// The rate asked for at the moment, in requests per minute; 0: unpaced.
  double asked_rpm = 0;
  /// The rate of the last seconds.
  double recent_rpm = 0;
  /// Output tokens per second, of the responses that ended in the last seconds.
  double recent_tokens = 0;
};

/// The share of the counted requests that have ended, from 0 to 1.
double share_done(const run::Progress& progress);

/// "5:01 left"; empty while the time is unknown.
std::string left_text(const RunProgress& run);

/// "warm-up", or the numbers of finished and planned requests: "300 of 1000".
std::string done_text(const run::Progress& progress);

}  // namespace paceline::programs::progress
