#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <endpoint/api.h>
#include <endpoint/connections.h>
#include <endpoint/generator.h>
#include <endpoint/metrics.h>
#include <endpoint/random_models.h>
#include <endpoint/request.h>
#include <endpoint/response_maker.h>
#include <paceline/endpoint.h>
#include <paceline/loop/loop.h>
#include <paceline/text/result.h>

namespace paceline::endpoint {

/// Handles each request from its headers to the end of its response.
class RequestHandler {
 public:
  /// The arguments outlive this object. While `stopping` is set, connections are closed instead.
  RequestHandler(const EndpointOptions& options, Connections& connections, HeldRequests& held,
                 ArrivalRecord& record, const std::atomic<bool>& stopping);

  /// Callbacks of libmicrohttpd, whose first argument is the handler.
  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path,
                               const char* method, const char* version, const char* upload,
                               std::size_t* upload_size, void** request) noexcept;
  static void on_completed(void* self, MHD_Connection* connection, void** request,
                           MHD_RequestTerminationCode code) noexcept;

  /// Number of requests, except those about the server. For any thread.
  std::uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }

 private:
  std::unique_ptr<Request> begin(MHD_Connection* connection, std::string_view path);
  MHD_Result admit(std::string_view path, std::string_view method, Request& request);
  MHD_Result handle(std::string_view path, std::string_view method, std::string_view upload,
                    Request& request);
  void prepare(std::string_view path, std::string_view method, Request& request);
  MHD_Result send(Request& request);
  bool ends_before_response(const Request& request) const;
  void set_id(Request& request);

  const EndpointOptions& options_;
  Connections& connections_;
  HeldRequests& held_;
  ArrivalRecord& record_;
  const std::atomic<bool>& stopping_;
  Metrics metrics_;
  FaultDice faults_;
  Admission admission_;
  Generator generator_;
  BodySender body_sender_;
  ResponseMaker responses_;
  Api api_;
  RequestPool pool_;
  /// Prefix of this endpoint's ids, so that no two endpoints share an id.
  std::string id_prefix_;
  std::uint64_t ids_ = 0;
  std::atomic<std::uint64_t> requests_{0};
};

/// The endpoint without its thread: the loop and the parts that run on it.
class Server {
 public:
  /// `options` has passed find_invalid_option(). `loop` outlives the server, which runs it.
  /// `handshake_limit`: the longest time of a TLS handshake.
  Server(loop::Loop& loop, EndpointOptions options,
         std::chrono::milliseconds handshake_limit = Connections::usual_handshake_limit);
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

  /// The start of URLs: scheme, address and port.
  std::string origin() const;
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
