#include <paceline/run/stop_rule.h>

#include <fmt/format.h>

namespace paceline::run {

std::optional<Error> StopRule::add(const Outcome& outcome, TimePoint now) {
  Error error = outcome.error;
  const long status = outcome.failure ? error.status : 200;
  is_all_forbidden_ = is_all_forbidden_ && (status == 403 || status == 0);
  if (status == 403) ++forbidden_;
  if (status == 401 || (is_all_forbidden_ && forbidden_ == enough_forbidden)) {
    error.message = "the server refuses the key: " + error.message;
    return error;
  }
  // A 429 is a result of the measurement, no reason to stop.
  failed_[next_++ % window] = outcome.failure && outcome.failure != Failure::http_429;
  if (2 * failed_.count() <= window) {
    failing_since_.reset();
    return std::nullopt;
  }
  if (!failing_since_) failing_since_ = now;
  if (!outcome.failure || now - *failing_since_ < patience_) return std::nullopt;
  error.message =
      fmt::format("{}{} of the last {} requests failed, the last one: {}",
                  outcome.failure == Failure::connect ? "the server no longer answers: " : "",
                  failed_.count(), window, error.message);
  return error;
}

}  // namespace paceline::run
