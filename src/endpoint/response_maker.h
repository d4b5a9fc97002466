#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <endpoint/generator.h>
#include <endpoint/metrics.h>
#include <endpoint/request.h>
#include <paceline/endpoint.h>

namespace paceline::endpoint {

/// Sends the bodies that libmicrohttpd requests piece by piece: streams and broken bodies. A body
/// that is not due yet holds its request.
class BodySender {
 public:
  /// The arguments outlive this object. While `stopping` is set, connections are closed instead.
  BodySender(HeldRequests& held, Generator& generator, ArrivalRecord& record, Metrics& metrics,
             const std::atomic<bool>& stopping);

  /// Sets `request.response` to a response whose body this object sends. `size`: the size to
  /// announce, if any.
  void set_response(std::optional<std::uint64_t> size, Request& request);

 private:
  static ssize_t on_read(void* request, std::uint64_t position, char* buffer,
                         std::size_t room) noexcept;

  ssize_t read(Request& request, std::span<char> room);
  ssize_t read_broken(Request& request, std::span<char> room);
  ssize_t read_compressed(Request& request, std::span<char> room);
  ssize_t read_good(Request& request, std::span<char> room);
  ssize_t read_stream(Request& request, std::span<char> room);

  HeldRequests& held_;
  Generator& generator_;
  ArrivalRecord& record_;
  Metrics& metrics_;
  const std::atomic<bool>& stopping_;
};

inline constexpr const char* json_type = "application/json";

/// Sets the responses of requests, and breaks them if a request has such a fault.
class ResponseMaker {
 public:
  /// The arguments outlive this object.
  ResponseMaker(const EndpointOptions& options, BodySender& sender)
      : options_(options), sender_(sender) {}

  /// Sets a response with a body. `body` outlives the response: it lies in the request or the
  /// server.
  void set(unsigned status, const char* type, std::string_view body, Request& request) const;
  /// Sets a response of server-sent events, which the request's stream writes.
  void set_stream(const GenerationFormat& format, Request& request) const;
  /// Sets an error in the request's form.
  void set_error(const ApiError& error, Request& request) const;
  /// Sets the error of a server without capacity: 503, or 529 as Anthropic does.
  void set_overloaded(Request& request) const;
  /// Sets the error of the faults http_500 and http_503. Returns false if the request has no such
  /// fault.
  bool set_fault(Request& request) const;
  /// Sets the response to OPTIONS.
  void set_options(const char* allow, Request& request) const;

  /// Adds a header. No effect if the response could not be made.
  static void add_header(Request& request, const char* name, const char* value);

 private:
  bool is_to_compress(const Request& request) const;
  static void add_compression_headers(Request& request);
  void set_broken(std::optional<std::uint64_t> size, Request& request) const;

  const EndpointOptions& options_;
  BodySender& sender_;
};

}  // namespace paceline::endpoint
