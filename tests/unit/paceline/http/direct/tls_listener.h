#pragma once

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "../../../loopback_listener.h"
#include "tls_peer.h"

namespace paceline::http::direct {

/// A TLS server on loopback that sends back what it hears. Each connection has a thread.
class TlsListener {
 public:
  explicit TlsListener(const TlsPeerContext& context)
      : context_(context), acceptor_([this] { accept_all(); }) {}
  ~TlsListener() {
    listener_.stop();
    acceptor_.join();
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
    for (std::thread& thread : threads_) thread.join();
    for (const int socket : sockets_) close(socket);
  }
  TlsListener(const TlsListener&) = delete;
  TlsListener& operator=(const TlsListener&) = delete;

  std::uint16_t port() const { return listener_.port(); }
  /// How many handshakes have ended well, and how many of them resumed a session.
  int handshakes() const { return handshakes_; }
  int resumed() const { return resumed_; }

 private:
  void accept_all() {
    while (true) {
      const int socket = listener_.accept();
      if (socket < 0) return;
      sockets_.push_back(socket);
      threads_.emplace_back([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    // OpenSSL writes without MSG_NOSIGNAL.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context_.raw()), &SSL_free);
    SSL_set_fd(tls.get(), socket);
    if (SSL_accept(tls.get()) == 1) {
      if (SSL_session_reused(tls.get()) == 1) ++resumed_;
      ++handshakes_;
      std::array<char, 1000> buffer;
      for (int length = 0; (length = SSL_read(tls.get(), buffer.data(), buffer.size())) > 0;) {
        SSL_write(tls.get(), buffer.data(), length);
      }
    }
    shutdown(socket, SHUT_RDWR);
  }

  const TlsPeerContext& context_;
  LoopbackListener listener_{1000};
  std::atomic<int> handshakes_ = 0;
  std::atomic<int> resumed_ = 0;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace paceline::http::direct
