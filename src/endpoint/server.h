#pragma once

#include <endpoint/arrivals.h>
#include <endpoint/connections.h>
#include <endpoint/held_requests.h>
#include <endpoint/request_handler.h>
#include <paceline/endpoint.h>
#include <paceline/loop/loop.h>
#include <paceline/text/result.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace paceline::endpoint {

/// The endpoint without its thread: the loop and the parts that run on it.
class Server {
 public:
  /// `options` has passed find_invalid_option(). `loop` outlives the server, which runs it.
  Server(loop::Loop& loop, EndpointOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Listens. Call once, before run(). Errors: those of Connections::listen() and
  /// HeldRequests::open().
  Result<void> listen();
  /// Serves until stop(), then closes the port and all connections.
  void run();
  /// For any thread.
  void stop();

  const std::string& address() const { return options_.address; }
  std::uint16_t port() const { return connections_.port(); }
  /// Number of requests, except those about the server. For any thread.
  std::uint64_t requests() const { return handler_.requests(); }
  /// The recorded requests. For any thread.
  std::vector<Arrival> record() const { return record_.all(); }
  /// The times between tokens of the recorded responses. For any thread.
  Histogram token_gaps() const { return record_.token_gaps(); }

 private:
  EndpointOptions options_;
  std::atomic<bool> stopping_{false};
  ArrivalRecord record_;
  loop::Loop& loop_;
  loop::Wakeup wakeup_;
  Connections connections_;
  HeldRequests held_;
  RequestHandler handler_;
};

}  // namespace paceline::endpoint
