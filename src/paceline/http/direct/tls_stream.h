#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <paceline/error.h>
#include <paceline/http/direct/tls_context.h>

namespace paceline::http::direct {

/// The TLS of one connection, between bytes in memory: the caller carries them to and from the
/// socket, so that one read and one write of the socket serve any number of records. One thread at
/// a time may use a stream.
class TlsStream {
 public:
  /// `host`: a name or an address without brackets. The certificate must be for the host. Streams
  /// of the same `origin` resume one another's sessions.
  TlsStream(std::shared_ptr<TlsContext> context, std::string host, std::string origin);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  enum class State {
    /// Further bytes of the server are needed.
    reading,
    /// The handshake is complete.
    open,
    /// See error().
    failed,
  };
  /// Continues the handshake with bytes of the server, none at first. Bytes after the handshake
  /// wait for read().
  State shake(std::string_view bytes);
  /// Why the handshake or a read failed.
  Error error() const;
  /// Whether the server rejects the client's certificate, with which the handshake had ended.
  bool lacks_certificate() const { return asks_for_certificate(words_); }

  /// Takes bytes of the server, which must stay valid until read() has returned less than its room.
  /// May be empty, to read what came with the handshake.
  void take(std::string_view bytes);
  /// Decrypts what was taken. Returns the length; nothing after an error. May add to output().
  std::optional<std::size_t> read(std::span<char> into);
  bool has_failed() const { return has_failed_; }
  /// Whether the server has ended its side properly.
  bool has_ended() const { return (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  /// Encrypts the text into output(): at once, or in a later read() if the server must first say
  /// more.
  void write(std::string_view text);
  /// Whether a text waits to be encrypted.
  bool has_unwritten() const { return !unwritten_.empty(); }
  /// Tells the server that nothing more follows.
  void end();
  /// The bytes for the server. The caller removes what has been sent.
  std::string& output() { return output_; }
  /// Whether the server chose HTTP/2.
  bool chose_http2() const;
  /// The server's words on the last error, such as "certificate has expired"; empty: none.
  const std::string& words() const { return words_; }

  /// Keeps a session of this connection for later ones. For OpenSSL's callback.
  void keep_session(TlsContext::Session session);

 private:
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  static const BIO_METHOD* memory();
  static TlsStream& self(BIO* bio);
  std::size_t read_input(char* into, std::size_t room);
  void set_host();
  /// Returns whether the text need not wait.
  bool encrypt(std::string_view text);
  void note_failure();

  std::shared_ptr<TlsContext> context_;
  std::string host_;
  std::string origin_;
  /// Bytes of the server that OpenSSL has not read: first the kept ones, then the caller's.
  std::string kept_;
  std::string_view input_;
  std::string output_;
  std::string unwritten_;
  std::string words_;
  bool has_failed_ = false;
  std::unique_ptr<SSL, Free> tls_;
};

}  // namespace paceline::http::direct
