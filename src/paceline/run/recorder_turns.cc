// The part of the recorder that counts the turns of sessions.

#include <paceline/run/recorder.h>

namespace paceline::run {

void Recorder::count_turn(const PendingRequest& pending, const Response& response,
                          const Outcome& outcome, const TokenTimes* times) {
  stats::TurnResult result{.turn = pending.turn, .has_failed = outcome.failure.has_value()};
  if (!outcome.failure) {
    if (pending.tries == 1) {
      result.latency = response.done - response.sent;
      if (times != nullptr && times->events > 0) {
        result.first_token = times->first - response.sent;
      }
    }
    if (outcome.usage) {
      result.prompt_tokens = outcome.usage->prompt_tokens;
      result.cached_tokens = outcome.usage->cached_tokens;
    }
  }
  tally_.turns.count(result);
}

}  // namespace paceline::run
