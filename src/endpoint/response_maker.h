#pragma once

#include <endpoint/body_sender.h>
#include <endpoint/request.h>
#include <paceline/endpoint.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace paceline::endpoint {

inline constexpr const char* json_type = "application/json";

/// Sets the responses of requests, and breaks them if a request has such a fault.
class ResponseMaker {
 public:
  /// The arguments outlive this object.
  ResponseMaker(const FaultOptions& faults, BodySender& sender)
      : faults_(faults), sender_(sender) {}

  /// A response with a body. `body` outlives the response: it lies in the request or the server.
  void set(unsigned status, const char* type, std::string_view body, Request& request) const;
  /// A response of server-sent events, which the request's stream writes.
  void set_stream(const GenerationFormat& format, Request& request) const;
  void set_error(const ApiError& error, Request& request) const;
  /// The 503 of a server that has no capacity.
  void set_overloaded(Request& request) const;
  /// The 500 or 503 of a fault. Returns false if the request has no such fault.
  bool set_fault(Request& request) const;
  /// The response to OPTIONS.
  void set_options(const char* allow, Request& request) const;

  /// No effect if the response could not be made.
  static void add_header(Request& request, const char* name, const char* value);

 private:
  void set_broken(std::optional<std::uint64_t> size, Request& request) const;

  const FaultOptions& faults_;
  BodySender& sender_;
};

}  // namespace paceline::endpoint
