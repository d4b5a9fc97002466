#pragma once

#include <endpoint/capacity.h>
#include <endpoint/held_requests.h>
#include <endpoint/random_models.h>
#include <endpoint/request.h>
#include <paceline/clock.h>
#include <paceline/endpoint.h>

#include <chrono>
#include <cstddef>

namespace paceline::endpoint {

/// Stands in for the model: how many responses are generated at once, and when their tokens are
/// due.
class Generator {
 public:
  /// `held` outlives this object.
  Generator(const EndpointOptions& options, HeldRequests& held);

  /// Draws the time to a response's first token.
  std::chrono::nanoseconds draw_first_token_time() { return latency_.next(); }

  /// Whether a further request can neither be generated nor wait.
  bool is_full() const { return capacity_.is_full(); }
  /// Begins to generate the response, or lets the request wait. Requires !is_full().
  void enter(Request& request);
  /// The response is generated, or its client has gone. Begins the response of a waiting request
  /// instead. No effect on a request that has not entered or has left.
  void leave(Request& request);

  /// Number of responses that are being generated.
  std::size_t running() const { return capacity_.served(); }
  /// Number of requests that wait.
  std::size_t waiting() const { return capacity_.waiting(); }

 private:
  void generate(Request& request, TimePoint from);

  HeldRequests& held_;
  Capacity<Request> capacity_;
  LatencyModel latency_;
  LatencyModel token_time_;
  bool whole_takes_token_time_;
};

}  // namespace paceline::endpoint
