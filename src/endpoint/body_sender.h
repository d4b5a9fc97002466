#pragma once

#include <endpoint/arrivals.h>
#include <endpoint/generator.h>
#include <endpoint/held_requests.h>
#include <endpoint/metrics.h>
#include <endpoint/request.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>

#include <sys/types.h>

namespace paceline::endpoint {

/// Sends the bodies that libmicrohttpd asks for piece by piece: streams and broken bodies. A body
/// that is not due yet holds its request.
class BodySender {
 public:
  /// The arguments outlive this object. While `stopping` is set, connections are closed instead.
  BodySender(HeldRequests& held, Generator& generator, ArrivalRecord& record, Metrics& metrics,
             const std::atomic<bool>& stopping);

  /// Sets `request.response` to one whose body this object sends. `size`: to announce; nothing:
  /// none.
  void set_response(std::optional<std::uint64_t> size, Request& request);

 private:
  static ssize_t on_read(void* request, std::uint64_t position, char* buffer,
                         std::size_t room) noexcept;

  ssize_t read(Request& request, std::span<char> room);
  ssize_t read_broken(Request& request, std::span<char> room);
  ssize_t read_good(Request& request, std::span<char> room);
  ssize_t read_stream(Request& request, std::span<char> room);

  HeldRequests& held_;
  Generator& generator_;
  ArrivalRecord& record_;
  Metrics& metrics_;
  const std::atomic<bool>& stopping_;
};

}  // namespace paceline::endpoint
