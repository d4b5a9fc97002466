// The part of the recorder that counts each model, URL and status.

#include <paceline/run/recorder.h>

namespace paceline::run {

void Recorder::count_parts(const PendingRequest& pending, const http::Exchange& exchange,
                           const Outcome& outcome, const TokenTimes* times, std::uint64_t tokens) {
  const Response& response = exchange.response;
  stats::GroupedRequest request{.part = exchange.request.part,
                                .has_failed = outcome.failure.has_value(),
                                .status = response.status};
  if (!outcome.failure) {
    request.tokens_out = tokens;
    if (pending.tries == 1) {
      request.latency = response.done - response.sent;
      if (times != nullptr && times->events > 0) {
        request.first_token = times->first - response.sent;
        request.token_gaps = times->gaps;
      }
    }
  }
  tally_.parts->count(request);
}

}  // namespace paceline::run
