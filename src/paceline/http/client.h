#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/http/message.h>
#include <paceline/http/route.h>
#include <paceline/loop/loop.h>
#include <paceline/text/gate.h>

namespace paceline {

/// Which HTTP is spoken.
enum class HttpVersion {
  /// HTTP/1.1.
  one,
  /// HTTP/2, by ALPN over TLS; Reply::http_version tells where the server took another.
  two,
  /// HTTP/2 where TLS and the server bring it, else HTTP/1.1.
  automatic,
};

class Resolver;

/// What holds for every connection and request, whoever sends.
struct ConnectionOptions {
  /// From send to last byte, of one request.
  std::chrono::milliseconds timeout{60'000};
  /// A PEM file with the certificates to trust instead of the system's; empty: the system's.
  std::string ca_file{};
  HttpVersion http = HttpVersion::automatic;
  /// In bytes. A longer reply is a failure, so that no server can fill the memory.
  std::size_t max_reply = 64U << 20U;
  /// In bytes. Where the replies in flight hold more than this together, the longest fail.
  std::size_t memory = 1U << 30U;
  /// Looks up hosts for all clients that are given it; nullptr: each client has its own.
  std::shared_ptr<Resolver> resolver{};
  /// What servers and libraries say passes it before it is shown or kept; never nullptr.
  std::shared_ptr<const Gate> gate = std::make_shared<const Gate>();
};

/// What a client may do.
struct ClientOptions {
  /// The most requests in flight at once.
  std::size_t parallel = 1;
  ConnectionOptions connection{};
};

class Deadlines;
class Exchange;
class HostWait;
class Multi;
class Transfer;

/// Carries requests and replies on the loop: HTTP/1.1 without TLS or a proxy on connections of its
/// own, which costs least, and all else by libcurl.
class Client {
 public:
  /// Called when a reply is in or has failed; not from within libcurl. Hand the exchange back with
  /// release() when the reply has been read.
  using OnDone = std::function<void(Exchange&)>;
  /// Called with each piece of a streamed reply, and when it came in. Returns how many bytes are
  /// held of the reply so far; nothing ends the exchange as too large. Nothing may be sent or
  /// thrown from inside.
  using OnPiece =
      std::function<std::optional<std::size_t>(Exchange&, std::string_view piece, TimePoint read)>;

  /// How many descriptors a client of that many in flight opens at most, for hosts by number.
  static std::size_t descriptors_for(std::size_t parallel);

  /// Requests that ask for a streamed reply need `on_piece`.
  Client(Loop& loop, const ClientOptions& options, OnDone on_done, OnPiece on_piece = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// A free exchange whose request is to be filled, or nullptr when `parallel` are taken.
  Exchange* acquire();
  /// Sends what exchange.request says. A reply that comes at once calls on_done from inside.
  void send(Exchange& exchange);
  /// Makes an exchange free again; its reply is gone.
  void release(Exchange& exchange);
  /// Exchanges acquired and not released.
  std::size_t in_flight() const { return exchanges_.size() - free_.size(); }
  /// Whether the times of all replies to come are the kernel's notes, and so the same however late
  /// they are read: not of streams, nor of what libcurl carries.
  bool replies_can_wait() const { return urgent_ == 0; }

 private:
  /// libcurl's part in it, made when it is first asked for.
  Transfer& transfer_of(Exchange& exchange);
  /// Sends it, or begins what is needed before.
  void start(Exchange& exchange);
  /// Has libcurl make a connection for its request.
  void connect(Exchange& exchange);
  static const Route& route_of(const Exchange& exchange);
  void unresolved(Exchange& exchange, std::string why);
  void connected(Exchange& exchange);
  void time_out(Exchange& exchange);
  /// Ends exchanges that have given up their replies.
  void end_given_up();
  void cut_off(Exchange& exchange);
  void done(Exchange& exchange);
  void set_urgent(Exchange& exchange, bool is_urgent);

  struct Shared;

  ConnectionOptions connection_options_;
  OnDone on_done_;
  // Declared so that easy handles die before their multis, and all exchanges before what they
  // share.
  std::unique_ptr<Shared> shared_;
  std::unique_ptr<Multi> multi_;
  std::unique_ptr<HostWait> hosts_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::vector<Exchange*> free_;
  /// How many are sent whose replies are to be read at once.
  std::size_t urgent_ = 0;
  std::unique_ptr<Deadlines> deadlines_;
  std::vector<std::size_t> given_up_;
  Timer give_up_timer_;
};

}  // namespace paceline
