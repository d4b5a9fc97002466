#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>

#include <endpoint/limits.h>
#include <endpoint/random_models.h>
#include <endpoint/request.h>
#include <paceline/clock.h>
#include <paceline/endpoint.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/timers.h>
#include <paceline/text/result.h>

namespace paceline::endpoint {

class Connections;

/// Holds requests back until their responses are due, in the order of their due times. Connections
/// of held requests are suspended. All functions are for the loop's thread.
class HeldRequests {
 public:
  /// The arguments outlive this object. While `stopping` is set, no request is sent.
  HeldRequests(loop::Loop& loop, Connections& connections, const std::atomic<bool>& stopping);

  /// Opens the timer. Call once, before the other functions. Error: no_descriptor.
  Result<void> open();

  /// Holds a request until `request.due`; TimePoint::max(): until set_due(). For callbacks of
  /// libmicrohttpd on the request's connection.
  void hold(Request& request);
  /// Changes `request.due`, also if the request is not held.
  void set_due(Request& request, TimePoint due);
  /// Ends a held request whose client has gone, and returns true. Returns false if the request is
  /// not held.
  bool abandon(Request& request);

  /// Resumes and serves the requests that are due, and sets the timer for the next one.
  void send_due();
  /// Resumes all requests without serving them.
  void resume_all();

 private:
  bool is_any_due() const;
  void resume_first();

  loop::Loop& loop_;
  Connections& connections_;
  const std::atomic<bool>& stopping_;
  DueQueue queue_;
  std::unique_ptr<loop::PreciseTimer> timer_;
};

/// Simulates the model: limits how many responses are generated at once, and sets when their tokens
/// are due.
class Generator {
 public:
  /// `held` outlives this object.
  Generator(const EndpointOptions& options, HeldRequests& held);

  /// Draws the time to a response's first token.
  std::chrono::nanoseconds draw_first_token_time() { return latency_.next(); }

  /// Whether a further request can neither be generated nor wait.
  bool is_full() const { return capacity_.is_full(); }
  /// Begins to generate the response, or queues the request. Requires !is_full().
  void enter(Request& request);
  /// Call when the response is generated or its client has gone. Begins the response to a waiting
  /// request. No effect on a request that has not entered or has left.
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
