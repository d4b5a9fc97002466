// The part of the recorder that counts requests that the run has cancelled.

#include <paceline/run/recorder.h>

#include <algorithm>

namespace paceline::run {

// The latency of a cancelled request is the run's own choice, and its first token would be counted
// without its latency. A silence of the server goes on, since no response has ended.
void Recorder::cancelled(const PendingRequest& pending, const http::Exchange& exchange,
                         const TokenTimes* times) {
  if (!pending.is_counted) return;
  if (Recorder* stage = stage_of(pending)) stage->cancelled(pending, exchange, times);
  const Response& response = exchange.response;
  const Nanoseconds sent = since_start(response.sent);
  const Nanoseconds done = since_start(response.done);
  --unfinished_;
  ++tally_.cancelled;
  if (tally_.http_version.empty()) tally_.http_version = response.http_version;
  tally_.late.record(sent - due_of(pending, response));
  tally_.last_done = std::max(tally_.last_done, done);
  tally_.time_in_flight += done - sent;
  ++tally_.ended_sends;
  if (options_.log.file == nullptr) return;
  const Error why{response.error_code, response.error_text};
  log(pending, exchange, failed(Failure::other, why), times);
}

}  // namespace paceline::run
