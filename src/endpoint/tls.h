#pragma once

#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include <endpoint/connection_watches.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>
#include <paceline/text/result.h>

namespace paceline::endpoint {

struct Client;

/// The certificate with which the endpoint serves TLS, and the key of its session tickets.
class TlsIdentity {
 public:
  /// Reads PEM files. `cert_file` may have further certificates after its first one, up to an
  /// authority's. `key_file`: empty if `cert_file` contains the key. Errors: endpoint_tls_missing,
  /// endpoint_certificate_unusable.
  static Result<std::unique_ptr<TlsIdentity>> load(const std::string& cert_file,
                                                   const std::string& key_file);
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  /// The options of a daemon, for MHD_OPTION_ARRAY. They point into this object.
  std::vector<MHD_OptionItem> daemon_options();
  /// Lets the clients of a session resume it later.
  void allow_tickets(gnutls_session_t session) const;

 private:
  TlsIdentity(std::string certificates, std::string key);

  std::string certificates_;
  std::string key_;
  gnutls_datum_t ticket_key_{};
};

/// Reads the bytes of a TLS connection for GnuTLS, many at once, and notes when the kernel received
/// the newest of them.
class TlsReader {
 public:
  /// GnuTLS reads through this object from now on, so it must outlive the session. `note` outlives
  /// it too.
  TlsReader(gnutls_session_t session, ReceiveNote& note);
  TlsReader(const TlsReader&) = delete;
  TlsReader& operator=(const TlsReader&) = delete;

  /// Whether the client has finished its part of the handshake.
  bool has_finished() const { return has_finished_; }
  /// What a handshake that is not finished waits for: EPOLLIN or EPOLLOUT.
  std::uint32_t awaited() const;

 private:
  static int on_finished(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                         const gnutls_datum_t* message) noexcept;
  static ssize_t pull(void* self, void* into, std::size_t size) noexcept;
  ssize_t read(char* into, std::size_t size);
  ssize_t receive(char* into, std::size_t size);

  gnutls_session_t session_;
  ReceiveNote& note_;
  bool has_finished_ = false;
  /// Holds a request of the usual size. GnuTLS asks first for the 5 bytes that give the length of
  /// the rest.
  std::array<char, 2'048> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// The connections that shake hands.
///
/// libmicrohttpd does not notice that a handshake waits for its client, and would run its
/// connection again and again. Such a connection is therefore suspended until the client has sent
/// something. One step of a handshake is made in each iteration of the loop, so that many of them
/// do not delay requests.
class Handshakes {
 public:
  /// `limit`: a client that has not finished by then, and has sent no bytes that are unread, is
  /// disconnected. `serve` runs the daemon of a client, and then suspend_waiting().
  Handshakes(loop::Loop& loop, std::chrono::milliseconds limit, std::function<void(Client&)> serve);
  /// Call once, before add(). Error: no_descriptor.
  Result<void> open();

  /// The client's handshake begins.
  void add(Client& client);
  /// The client's connection ends. No effect if its handshake has ended.
  void remove(Client& client);

  /// Forgets the connections whose handshake has ended, and suspends those whose handshake waits.
  /// Call after a daemon has run.
  void suspend_waiting();
  /// Resumes all connections, before their daemons stop.
  void resume_all();

 private:
  void resume_one();
  void resume(Client& client);

  loop::Loop& loop_;
  std::function<void(Client&)> serve_;
  IdleConnections limits_;
  loop::Descriptor epoll_;
  std::unique_ptr<loop::Poll> watch_;
  /// Those that are not suspended.
  std::vector<Client*> running_;
  std::unordered_set<Client*> waiting_;
};

}  // namespace paceline::endpoint
