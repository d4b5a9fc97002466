#pragma once

#include <endpoint/admission.h>
#include <endpoint/api.h>
#include <endpoint/arrivals.h>
#include <endpoint/body_sender.h>
#include <endpoint/connections.h>
#include <endpoint/generator.h>
#include <endpoint/held_requests.h>
#include <endpoint/metrics.h>
#include <endpoint/random_models.h>
#include <endpoint/request.h>
#include <endpoint/response_maker.h>
#include <paceline/endpoint.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace paceline::endpoint {

/// Takes each request from its headers to the end of its response.
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
  /// Begins the ids of this endpoint, so that no two endpoints have an id in common.
  std::string id_prefix_;
  std::uint64_t ids_ = 0;
  std::atomic<std::uint64_t> requests_{0};
};

}  // namespace paceline::endpoint
