// Opens the sockets of a transfer's connections, and notes when its request is sent.

#include <fmt/format.h>
#include <paceline/http/curl/curl_multi.h>
#include <paceline/http/curl/curl_transfer.h>
#include <paceline/loop/sockets.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace paceline::http::curl {

curl_socket_t CurlTransfer::on_open(void* transfer, curlsocktype, curl_sockaddr* address) noexcept {
  try {
    return static_cast<CurlTransfer*>(transfer)->open(*address);
  } catch (...) {
    return CURL_SOCKET_BAD;  // No exception may pass through libcurl.
  }
}

// libcurl takes tens of microseconds to set up a request, and as much for each request that is sent
// together with this one. This time is not the server's latency. The wait for a connection, or for
// a stream of a connection, is.
int CurlTransfer::on_request(void* transfer, char*, char*, int, int) noexcept {
  auto& self = *static_cast<CurlTransfer*>(transfer);
  const bool has_waited = !self.is_starting_ || self.opened_ != CURL_SOCKET_BAD;
  if (!has_waited) self.exchange_.response.sent += Clock::now() - self.started_;
  return CURL_PREREQFUNC_OK;
}

HostPort CurlTransfer::destination() const {
  return target_->proxy != nullptr ? target_->proxy->at
                                   : HostPort{.host = target_->host, .port = target_->port};
}

// Not with CURLOPT_INTERFACE: libcurl then reuses only connections that have the transfer's own
// source, and without reuse the transfers that are used most would open most connections.
curl_socket_t CurlTransfer::open(const curl_sockaddr& address) {
  const HostPort to = destination();
  const Source* source = nullptr;
  if (!shared_.sources.empty()) {
    if (!turn_) turn_ = shared_.next_turns[fmt::format("{}:{}", to.host, to.port)]++;
    source = shared_.sources.find(address.family, *turn_);
    if (source == nullptr) {
      // The errors of addresses that a source reaches say more.
      if (opened_ == CURL_SOCKET_BAD && !open_error_) {
        open_error_ = shared_.sources.family_error(to.host, to.port);
      }
      return CURL_SOCKET_BAD;
    }
  }
  loop::Descriptor socket(
      ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol));
  if (!socket.is_open()) {
    open_error_ =
        loop::fail_to_open(fmt::format("a connection to {} port {}", to.host, to.port), errno)
            .value();
    return CURL_SOCKET_BAD;
  }
  if (source != nullptr) {
    if (auto bound = bind_to(socket.get(), *source); !bound) {
      open_error_ = std::move(bound).error();
      return CURL_SOCKET_BAD;
    }
  }
  open_error_.reset();
  source_ = source;
  opened_ = shared_.sockets.add(std::move(socket));
  return opened_;
}

}  // namespace paceline::http::curl
