#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <paceline/http/direct/connection.h>
#include <paceline/http/direct/opener.h>
#include <paceline/http/direct/request_head.h>
#include <paceline/http/resolver.h>
#include <paceline/http/transport.h>
#include <paceline/loop/loop.h>

namespace paceline::http::direct {

/// An exchange that waits for a connection.
struct WaitingExchange {
  Exchange* exchange;
  std::shared_ptr<const RequestHead> head;
};

/// The connections to one origin, and the exchanges that wait for one.
struct Origin {
  Destination destination{};
  /// The host's addresses; the same object while they stay the same.
  std::shared_ptr<const Addresses> addresses{};
  std::uint64_t moves = 0;
  /// The turn of the next connection among the sources.
  std::size_t next_turn = 0;
  /// How many exchanges a new connection carries, at least one; nothing while the protocol is
  /// unknown.
  std::optional<std::size_t> per_connection{};
  /// Connections with room. The one that was used last is at the end, and is taken first.
  std::vector<Connection*> ready{};
  std::deque<WaitingExchange> waiting{};
  /// The connections that are being opened, the oldest first.
  std::deque<std::uint64_t> opening{};
  /// Over all open connections.
  std::size_t room = 0;
  std::size_t in_use = 0;
  /// The exchanges for which connections are opened ahead; 0: none.
  std::size_t ahead = 0;
};

/// The connections of a transport. A waiting exchange takes what comes first: a connection that
/// becomes free, or a new one. For the loop's thread only.
class ConnectionPool {
 public:
  /// Receives what the pool has to tell, from the loop.
  class Owner {
   public:
    virtual ~Owner() = default;
    /// The exchange's wait is over: start it on the connection. `opened`: the times of the
    /// connection if the exchange waited for its opening, otherwise nullptr.
    virtual void serve(WaitingExchange waiting, Connection& connection,
                       const ConnectTimes* opened) = 0;
    /// The exchange's wait is over, and there is no connection.
    virtual void refuse(Exchange& exchange, TransportEnd end) = 0;
    /// A connection has been opened.
    virtual void opened(const ConnectTimes& times) = 0;
    /// A connection has closed, and is destroyed in the loop's next iteration.
    virtual void closed(Connection& connection) = 0;
  };

  /// `exchanges`: the most exchanges at once. `most`: the most connections, open and being opened;
  /// no fewer than the exchanges.
  ConnectionPool(loop::Loop& loop, const OpenSettings& settings, std::size_t exchanges,
                 std::size_t most, Connection::Shared& shared, Owner& owner);

  /// The origin of the request. `hosts`: as in Transport::send().
  Origin& origin_of(const std::shared_ptr<const RequestHead>& head,
                    std::span<const Resolver::Known> hosts);
  /// A connection with room; nullptr: none. After starting an exchange, call settle(). `now`: the
  /// time, with which connections that have been idle for too long are closed.
  Connection* find(Origin& origin, TimePoint now);
  void wait(Origin& origin, WaitingExchange waiting);
  /// Stops the exchange's wait. Returns whether the exchange was waiting.
  bool cancel(const Exchange& exchange);
  /// Opens connections for so many exchanges, and from then on always a few more than are in use,
  /// until an opening fails or the server closes a connection that was not used.
  void open_ahead(Origin& origin, std::size_t exchanges);
  /// Considers a connection whose room may have changed, or that may have closed.
  void settle(Connection& connection, TimePoint now);
  /// How many connections are being opened.
  std::size_t opening() const { return openings_.size(); }
  /// The CPU time of other threads that opened connections.
  std::chrono::nanoseconds cpu_time() const { return opener_.cpu_time(); }

 private:
  struct OpeningNote {
    Origin* origin;
    std::uint64_t moves;
    TimePoint begun;
  };

  void open(Origin& origin);
  void open_what_is_needed(Origin& origin);
  std::size_t wanted_openings(const Origin& origin) const;
  /// Whether one more connection may be opened. If needed, closes an idle one of another origin, or
  /// cancels an opening that no exchange waits for.
  bool make_place(const Origin& origin);
  bool cancel_spare_opening(const Origin& except);
  void take_opened(std::uint64_t number, OpenResult result);
  void add(Origin& origin, std::uint64_t moves, Opened opened);
  void serve_waiting(Connection& connection, const ConnectTimes* opened);
  void note(Connection& connection, TimePoint now);
  void remove(Connection& connection);

  OpenSettings settings_;
  std::size_t exchanges_;
  std::size_t most_;
  Connection::Shared& shared_;
  Owner& owner_;
  std::map<std::string, std::unique_ptr<Origin>> origins_;
  /// The head and the origin that were asked for last.
  std::shared_ptr<const RequestHead> last_head_;
  Origin* last_origin_ = nullptr;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> closed_;
  std::map<std::uint64_t, OpeningNote> openings_;
  std::uint64_t next_opening_ = 0;
  loop::DeferredCall destroy_closed_;
  Opener opener_;
};

}  // namespace paceline::http::direct
