#pragma once

#include <gtest/gtest.h>
#include <paceline/http/direct/tls_context.h>
#include <paceline/http/direct/tls_stream.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tls_peer.h"

namespace paceline::http::direct {

/// Options of a client that trusts the certificate.
inline ConnectionOptions trusting(const TestCertificate& certificate) {
  ConnectionOptions options;
  options.ca_file = certificate.file();
  return options;
}

/// A client's context of these options, which must be right.
inline std::shared_ptr<TlsContext> client_context(
    const ConnectionOptions& options = trusting(TestCertificate::instance())) {
  auto made = TlsContext::make(options);
  EXPECT_TRUE(made.has_value());
  return made.value();
}

/// A client's stream and its server, without a network.
struct TlsPair {
  explicit TlsPair(const TlsPeerContext& peer_context,
                   std::shared_ptr<TlsContext> context = client_context(),
                   const std::string& host = "localhost")
      : peer(peer_context),
        owned(std::make_unique<TlsStream>(std::move(context), host, "https://" + host)),
        stream(*owned) {}

  /// Does the handshake, and takes what the server sends after it. Returns the client's state.
  TlsStream::State shake() {
    TlsStream::State state = stream.shake({});
    while (true) {
      peer.take(std::exchange(stream.output(), {}));
      const std::string bytes = peer.give();
      if (bytes.empty() || state != TlsStream::State::reading) {
        heard += take(bytes).value_or("");
        return state;
      }
      state = stream.shake(bytes);
    }
  }

  /// The text in the server's bytes; nothing after an error.
  std::optional<std::string> take(std::string_view bytes, std::size_t room = 1'000) {
    std::string text;
    std::string buffer(room, '\0');
    stream.take(bytes);
    while (true) {
      const std::optional<std::size_t> length = stream.read(buffer);
      if (!length) return text.empty() ? std::nullopt : std::optional(text);
      text.append(buffer, 0, *length);
      if (*length < room && !stream.has_failed()) return text;
    }
  }

  /// What the server hears of this text.
  std::string send(std::string_view text) {
    stream.write(text);
    peer.take(std::exchange(stream.output(), {}));
    return peer.read();
  }

  TlsPeer peer;
  std::unique_ptr<TlsStream> owned;
  TlsStream& stream;
  /// What came with the handshake.
  std::string heard;
};

}  // namespace paceline::http::direct
