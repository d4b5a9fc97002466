#pragma once

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../../../loopback_listener.h"
#include "tls_peer.h"

namespace paceline::http::direct {

/// A TLS server on loopback that says its greeting, then only hears. Each connection has a thread.
class TlsListener {
 public:
  explicit TlsListener(const TlsPeerContext& context, std::string greeting = {})
      : context_(context), greeting_(std::move(greeting)), acceptor_([this] { accept_all(); }) {}
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
      if (!greeting_.empty()) {
        SSL_write(tls.get(), greeting_.data(), static_cast<int>(greeting_.size()));
      }
      std::array<char, 1000> buffer;
      while (SSL_read(tls.get(), buffer.data(), buffer.size()) > 0) {
      }
    }
    shutdown(socket, SHUT_RDWR);
  }

  const TlsPeerContext& context_;
  std::string greeting_;
  LoopbackListener listener_{1000};
  std::atomic<int> handshakes_ = 0;
  std::atomic<int> resumed_ = 0;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace paceline::http::direct
