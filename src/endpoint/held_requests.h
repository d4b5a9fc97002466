#pragma once

#include <endpoint/request.h>
#include <paceline/clock.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/timers.h>
#include <paceline/text/result.h>

#include <atomic>
#include <memory>

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
  /// Ends a request whose client has gone, if the request is held. Otherwise returns false.
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

}  // namespace paceline::endpoint
