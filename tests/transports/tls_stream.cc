#include "tls_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "../unit/test_certificate.h"

namespace paceline::http {
namespace {

constexpr std::chrono::seconds most_linger{1};

int select_protocol(SSL*, const unsigned char** selected, unsigned char* selected_length,
                    const unsigned char* offered, unsigned int offered_length, void* protocol) {
  const auto& wanted = *static_cast<const std::string*>(protocol);
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(
      &found, selected_length, reinterpret_cast<const unsigned char*>(wanted.data()),
      static_cast<unsigned int>(wanted.size()), offered, offered_length);
  *selected = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

TlsContext::TlsContext(std::string protocol)
    : protocol_(static_cast<char>(protocol.size()) + std::move(protocol)),
      context_(SSL_CTX_new(TLS_server_method())) {
  const TestCertificate& certificate = TestCertificate::instance();
  EXPECT_EQ(SSL_CTX_use_certificate(raw(), certificate.certificate()), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(raw(), certificate.key()), 1);
  SSL_CTX_set_alpn_select_cb(raw(), select_protocol, &protocol_);
  SSL_CTX_set_mode(raw(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

TlsStream::TlsStream(const TlsContext& context, loop::Descriptor socket, const StopSignal& stop)
    : ByteStream(std::move(socket), stop), tls_(SSL_new(context.raw())) {
  fcntl(descriptor(), F_SETFL, fcntl(descriptor(), F_GETFL) | O_NONBLOCK);
  const int no_delay = 1;
  setsockopt(descriptor(), IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay);
  SSL_set_fd(tls_.get(), descriptor());
}

bool TlsStream::accept() {
  while (true) {
    ERR_clear_error();
    const int result = SSL_accept(tls_.get());
    if (result == 1) return true;
    if (wait_for(result, TimePoint::max()) != StopSignal::Waited::ready) return false;
  }
}

std::optional<std::size_t> TlsStream::read(std::span<char> into, TimePoint until) {
  while (is_open()) {
    ERR_clear_error();
    const int result = SSL_read(tls_.get(), into.data(), static_cast<int>(into.size()));
    if (result > 0) return static_cast<std::size_t>(result);
    const StopSignal::Waited waited = wait_for(result, until);
    if (waited == StopSignal::Waited::too_late) return std::nullopt;
    if (waited == StopSignal::Waited::stopped) return 0;
  }
  return 0;
}

bool TlsStream::write(std::string_view bytes) {
  constexpr std::size_t at_once = 1U << 20U;
  while (is_open() && !bytes.empty()) {
    ERR_clear_error();
    const int result =
        SSL_write(tls_.get(), bytes.data(), static_cast<int>(std::min(bytes.size(), at_once)));
    if (result > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(result));
    } else if (wait_for(result, TimePoint::max()) != StopSignal::Waited::ready) {
      return false;
    }
  }
  return bytes.empty();
}

// If bytes are left unread, Linux sends a reset, and a client that still writes loses the response.
void TlsStream::close() {
  if (!is_open()) return;
  ERR_clear_error();
  if (SSL_is_init_finished(tls_.get()) == 1) SSL_shutdown(tls_.get());
  shutdown(descriptor(), SHUT_WR);
  const TimePoint until = Clock::now() + most_linger;
  std::array<char, 65'536> unread;
  while (wait(POLLIN, until) == StopSignal::Waited::ready &&
         recv(descriptor(), unread.data(), unread.size(), 0) > 0) {
  }
  drop();
}

// A connection error counts as a stop: the stream is over in both cases.
StopSignal::Waited TlsStream::wait_for(int result, TimePoint until) {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return wait(POLLIN, until);
    case SSL_ERROR_WANT_WRITE:
      return wait(POLLOUT, until);
    default:
      return StopSignal::Waited::stopped;
  }
}

}  // namespace paceline::http
