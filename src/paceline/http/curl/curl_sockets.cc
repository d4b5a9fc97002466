#include <paceline/http/curl/curl_sockets.h>
#include <paceline/loop/receive_time.h>
#include <sys/socket.h>

#include <array>
#include <utility>

namespace paceline::http::curl {
namespace {

/// Shuts an idle HTTP/1 connection down if the server has sent bytes. The bytes are an unrequested
/// response, such as 408, which libcurl would take for the response to the next request, or a
/// close_notify of TLS.
void drop_unasked_response(int socket) {
  std::array<char, 4096> heard;
  if (recv(socket, heard.data(), heard.size(), MSG_DONTWAIT) <= 0) return;
  while (recv(socket, heard.data(), heard.size(), MSG_DONTWAIT) > 0) {
  }
  shutdown(socket, SHUT_RDWR);
}

}  // namespace

curl_socket_t CurlSockets::open(const curl_sockaddr& address) {
  loop::Descriptor socket(
      ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol));
  if (!socket.is_open()) return CURL_SOCKET_BAD;
  loop::note_receive_times(socket.get());
  entry(socket.get()).ours = true;
  return socket.release();
}

int CurlSockets::close(void* sockets, curl_socket_t descriptor) noexcept {
  auto& self = *static_cast<CurlSockets*>(sockets);
  self.retired_.add(std::exchange(self.entry(descriptor), Entry{}).watch,
                    loop::Descriptor(descriptor));
  return 0;
}

void CurlSockets::want(Owner& owner, curl_socket_t descriptor, int what, bool is_http_1) {
  Entry& socket = entry(descriptor);
  socket.idle = what == CURL_POLL_REMOVE;
  socket.is_http_1 = is_http_1;
  if (socket.idle) {
    if (!socket.ours) socket = Entry{};
    return;
  }
  socket.owner = &owner;
  if (!socket.watch) {
    socket.watch = std::make_unique<loop::Poll>(
        loop_, descriptor,
        [this, descriptor](int status, int events) { happened(descriptor, status, events); });
  }
  socket.watch->want(((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) |
                     ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0));
}

CurlSockets::Entry& CurlSockets::entry(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  if (index >= entries_.size()) entries_.resize(index + 1);
  return entries_[index];
}

void CurlSockets::happened(int descriptor, int status, int events) {
  Entry& socket = entry(descriptor);
  if (socket.idle) {
    // The server closed a kept connection, or sent an unrequested response. libcurl finds out when
    // it next takes the connection. Until then the loop must not report the event again.
    socket.watch->want(0);
    if (socket.ours && socket.is_http_1) drop_unasked_response(descriptor);
    return;
  }
  // With the error alone libcurl gives up. When it reads too, it recognises a reset, and sends the
  // request again on a new connection where a kept connection was closed just then.
  int action = status < 0 ? CURL_CSELECT_ERR | CURL_CSELECT_IN | CURL_CSELECT_OUT : 0;
  if ((events & UV_WRITABLE) != 0) action |= CURL_CSELECT_OUT;
  if ((events & UV_READABLE) != 0) {
    action |= CURL_CSELECT_IN;
    received_ = loop::receive_time(descriptor);
  }
  socket.owner->act(descriptor, action);
}

}  // namespace paceline::http::curl
