#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "byte_stream.h"

namespace paceline::http {

/// TLS settings of a server: the test certificate, and one protocol in ALPN. Thread-safe.
class TlsContext {
 public:
  /// `protocol` is "http/1.1" or "h2".
  explicit TlsContext(std::string protocol);
  SSL_CTX* raw() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  /// In the format of ALPN: the length, then the name.
  std::string protocol_;
  std::unique_ptr<SSL_CTX, Free> context_;
};

/// A connection with TLS. The thread blocks SIGPIPE, which OpenSSL's writes would raise.
class TlsStream : public ByteStream {
 public:
  TlsStream(const TlsContext& context, loop::Descriptor socket, const StopSignal& stop);

  /// Returns whether the handshake succeeded.
  bool accept();
  std::optional<std::size_t> read(std::span<char> into,
                                  TimePoint until = TimePoint::max()) override;
  bool write(std::string_view bytes) override;
  void close() override;
  bool is_resumed() const override { return SSL_session_reused(tls_.get()) == 1; }

 private:
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  /// Waits until the socket is ready for the operation that OpenSSL wants after `result`.
  StopSignal::Waited wait_for(int result, TimePoint until);

  std::unique_ptr<SSL, Free> tls_;
};

}  // namespace paceline::http
