#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/connection.h>
#include <paceline/http/direct/tls_context.h>
#include <paceline/http/direct/tls_stream.h>
#include <paceline/http/resolver.h>
#include <paceline/http/source_addresses.h>
#include <paceline/http/transport.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>
#include <paceline/message.h>

namespace paceline::http::direct {

/// Where a connection leads.
struct Destination {
  /// The host without brackets.
  std::string host{};
  std::string port{};
  /// The origin of the requests.
  std::string origin{};
  /// The addresses in the order in which to try them; not used with a Unix socket.
  Addresses addresses{};
  bool is_tls = false;
  /// The turn of the connection among the sources.
  std::size_t turn = 0;
};

/// A connection that is open for requests.
struct Opened {
  loop::Descriptor socket{};
  /// nullptr without TLS.
  std::unique_ptr<TlsStream> tls{};
  ConnectTimes times{};
};

/// A connection, or how the attempt failed.
using OpenResult = tl::expected<Opened, TransportEnd>;

/// Options of all connections that are opened.
struct OpenSettings {
  const ConnectionOptions& options;
  SharedTlsContext& tls;
  /// The time limit for one address if the host has further addresses.
  std::chrono::milliseconds address_timeout;
  /// Where connections leave from.
  SourceAddresses sources{};
};

/// One connection while it is being opened: tries the host's addresses in turn, then does the TLS
/// handshake. For the loop's thread only.
class Opening {
 public:
  /// `on_end` is called once, perhaps from inside begin(). The settings outlive the opening.
  Opening(loop::Loop& loop, RetiredSockets& retired, Destination destination,
          const OpenSettings& settings, std::function<void()> on_end);
  ~Opening();
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;

  void begin();
  /// The result after `on_end`. No watch of the loop is left on the socket.
  OpenResult take_result();

 private:
  /// Leaves out the addresses that no source can reach.
  Result<void> choose_addresses();
  /// Begins to connect to the next address. If there is none, fails with `error`, the error of the
  /// previous address.
  void connect(Error error);
  void fail_address(int error);
  void happened();
  void connected();
  void read();
  void begin_tls();
  void shake(std::string_view bytes);
  /// Sends what the handshake wants to send.
  void send();
  void end(OpenResult result);
  void fail(TransportError error, Error why);
  Error connect_failure(int error) const;

  loop::Loop& loop_;
  RetiredSockets& retired_;
  Destination destination_;
  const OpenSettings& settings_;
  std::function<void()> on_end_;
  TimePoint begun_ = Clock::now();
  TimePoint connected_{};
  bool is_connecting_ = false;
  bool has_ended_ = false;
  /// The address that is being tried.
  std::string address_;
  /// Where the connection to the address leaves from; nullptr: the system chooses.
  const Source* source_ = nullptr;
  std::unique_ptr<TlsStream> tls_;
  OpenResult result_;
  loop::Timer address_timer_;
  /// For all addresses and the handshake together.
  loop::Timer timer_;
  loop::Descriptor socket_;
  // Destroyed before the socket.
  std::unique_ptr<loop::Poll> watch_;
};

/// The connections that are being opened on one loop. For the loop's thread only.
class Openings {
 public:
  /// Called from the loop, never from inside begin(). `number`: as given to begin().
  using OnEnd = std::function<void(std::uint64_t number, OpenResult result)>;

  Openings(loop::Loop& loop, const OpenSettings& settings, OnEnd on_end);

  void begin(std::uint64_t number, Destination destination);
  /// Forgets an opening, whose end is then not told.
  void cancel(std::uint64_t number);

 private:
  void tell_ended();

  loop::Loop& loop_;
  RetiredSockets retired_;
  const OpenSettings& settings_;
  OnEnd on_end_;
  std::map<std::uint64_t, std::unique_ptr<Opening>> openings_;
  std::vector<std::uint64_t> ended_;
  loop::DeferredCall tell_later_;
};

}  // namespace paceline::http::direct
