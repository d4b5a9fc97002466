#include <paceline/http/direct/connection_pool.h>
#include <paceline/http/direct/http1_connection.h>
#include <paceline/http/direct/http2_connection.h>

#include <algorithm>
#include <utility>

namespace paceline::http::direct {
namespace {

// libcurl's default. A middlebox may drop an idle connection silently.
constexpr std::chrono::seconds most_idle{118};

/// The most connections that are opened ahead at once, so that the server's queue does not
/// overflow.
constexpr std::size_t ahead_at_once = 64;

/// Connections ready beyond those in use, as a part of these.
constexpr std::size_t spare_part = 8;

std::string without_brackets(const std::string& host) {
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

ConnectionPool::ConnectionPool(loop::Loop& loop, const OpenSettings& settings,
                               std::size_t exchanges, std::size_t most, Connection::Shared& shared,
                               Owner& owner)
    : settings_(settings),
      exchanges_(exchanges),
      most_(most),
      shared_(shared),
      owner_(owner),
      destroy_closed_(loop, [this] { closed_.clear(); }),
      opener_(loop, settings_, [this](std::uint64_t number, OpenResult result) {
        take_opened(number, std::move(result));
      }) {}

Origin& ConnectionPool::origin_of(const std::shared_ptr<const RequestHead>& head,
                                  std::span<const Resolver::Known> hosts) {
  if (head != last_head_) {
    std::unique_ptr<Origin>& origin = origins_[head->origin];
    if (!origin) {
      origin = std::make_unique<Origin>();
      origin->destination = {.host = without_brackets(head->target->host),
                             .port = head->target->port,
                             .origin = head->origin,
                             .is_tls = head->is_tls()};
      origin->addresses = std::make_shared<const Addresses>(head->addresses);
      const bool is_http1 = !head->is_tls() || settings_.options.http == HttpVersion::one;
      if (is_http1) origin->per_connection = 1;
    }
    last_head_ = head;
    last_origin_ = origin.get();
  }
  Origin& origin = *last_origin_;
  if (hosts.empty()) return origin;
  if (hosts.front().addresses != origin.addresses) origin.addresses = hosts.front().addresses;
  origin.moves = hosts.front().moves;
  return origin;
}

Connection* ConnectionPool::find(Origin& origin, TimePoint now) {
  while (!origin.ready.empty()) {
    Connection& connection = *origin.ready.back();
    const bool is_idle = connection.exchanges() == 0;
    const bool is_stale = is_idle && now - connection.pool.idle_since > most_idle;
    if (connection.pool.moves == origin.moves && !is_stale) return &connection;
    // A connection to an old address carries its exchanges to their end.
    if (is_idle) connection.close();
    note(connection, now);
  }
  return nullptr;
}

void ConnectionPool::wait(Origin& origin, WaitingExchange waiting) {
  origin.waiting.push_back(std::move(waiting));
  open_what_is_needed(origin);
}

bool ConnectionPool::cancel(const Exchange& exchange) {
  for (const auto& [name, origin] : origins_) {
    const auto is_it = [&](const WaitingExchange& waiting) {
      return waiting.exchange == &exchange;
    };
    if (std::erase_if(origin->waiting, is_it) == 0) continue;
    // The oldest opening has taken at least as long as the exchange has waited.
    if (!origin->opening.empty()) {
      const std::uint64_t oldest = origin->opening.front();
      origin->opening.pop_front();
      openings_.erase(oldest);
      opener_.cancel(oldest);
    }
    open_what_is_needed(*origin);
    return true;
  }
  return false;
}

void ConnectionPool::open_ahead(Origin& origin, std::size_t exchanges) {
  origin.ahead = std::min(exchanges, exchanges_);
  open_what_is_needed(origin);
}

std::size_t ConnectionPool::wanted_openings(const Origin& origin) const {
  // The first connection shows whether the others are needed.
  if (!origin.per_connection) return origin.waiting.empty() && origin.ahead == 0 ? 0 : 1;
  const std::size_t per_connection = *origin.per_connection;
  const auto connections_for = [&](std::size_t exchanges) {
    return (exchanges + per_connection - 1) / per_connection;
  };
  const std::size_t for_waiting = connections_for(origin.waiting.size());
  if (origin.ahead == 0) return for_waiting;
  const std::size_t capacity =
      std::min(exchanges_, std::max(origin.ahead, origin.in_use + origin.in_use / spare_part + 1));
  const std::size_t there = origin.in_use + origin.room;
  const std::size_t missing = capacity - std::min(capacity, there);
  return std::max(for_waiting, std::min(connections_for(missing), ahead_at_once));
}

void ConnectionPool::open_what_is_needed(Origin& origin) {
  while (origin.opening.size() < wanted_openings(origin) && make_place(origin)) open(origin);
}

bool ConnectionPool::make_place(const Origin& origin) {
  if (connections_.size() + openings_.size() < most_) return true;
  Connection* oldest = nullptr;
  for (const auto& connection : connections_) {
    if (connection->exchanges() > 0 || connection->pool.origin == &origin) continue;
    if (oldest == nullptr || connection->pool.idle_since < oldest->pool.idle_since) {
      oldest = connection.get();
    }
  }
  if (oldest == nullptr) return cancel_spare_opening(origin);
  oldest->close();
  note(*oldest, oldest->pool.idle_since);
  return true;
}

bool ConnectionPool::cancel_spare_opening(const Origin& except) {
  for (const auto& [name, origin] : origins_) {
    if (origin.get() == &except || origin->opening.size() <= origin->waiting.size()) continue;
    const std::uint64_t newest = origin->opening.back();
    origin->opening.pop_back();
    openings_.erase(newest);
    opener_.cancel(newest);
    return true;
  }
  return false;
}

void ConnectionPool::open(Origin& origin) {
  const std::uint64_t number = next_opening_++;
  origin.opening.push_back(number);
  openings_.emplace(number, OpeningNote{&origin, origin.moves, Clock::now()});
  Destination destination = origin.destination;
  destination.addresses = *origin.addresses;
  destination.turn = origin.next_turn++;
  opener_.begin(number, std::move(destination));
}

void ConnectionPool::take_opened(std::uint64_t number, OpenResult result) {
  const auto found = openings_.find(number);
  if (found == openings_.end()) return;
  const OpeningNote opening = found->second;
  openings_.erase(found);
  Origin& origin = *opening.origin;
  std::erase(origin.opening, number);
  if (result) return add(origin, opening.moves, *std::move(result));
  if (origin.waiting.empty()) {
    // The next request that finds no connection reports the error.
    origin.ahead = 0;
    return;
  }
  Exchange& exchange = *origin.waiting.front().exchange;
  // A younger exchange has time for another opening.
  if (result.error().error != TransportError::timed_out ||
      exchange.response.sent <= opening.begun) {
    origin.waiting.pop_front();
    owner_.refuse(exchange, std::move(result).error());
  }
  open_what_is_needed(origin);
}

void ConnectionPool::add(Origin& origin, std::uint64_t moves, Opened opened) {
  const ConnectTimes times = opened.times;
  const bool is_http2 = opened.tls && opened.tls->chose_http2();
  std::unique_ptr<Connection> made;
  if (is_http2) {
    made = std::make_unique<Http2Connection>(std::move(opened), shared_, origin.per_connection);
  } else {
    made = std::make_unique<Http1Connection>(std::move(opened), shared_);
  }
  Connection& connection = *made;
  const TimePoint now = Clock::now();
  connection.pool = {
      .origin = &origin, .place = connections_.size(), .idle_since = now, .moves = moves};
  connections_.push_back(std::move(made));
  origin.per_connection = connection.capacity();
  owner_.opened(times);
  serve_waiting(connection, &times);
  connection.begin();
  connection.flush();
  settle(connection, now);
}

void ConnectionPool::serve_waiting(Connection& connection, const ConnectTimes* opened) {
  Origin& origin = *connection.pool.origin;
  while (!origin.waiting.empty() && connection.room() > 0 &&
         connection.pool.moves == origin.moves) {
    WaitingExchange waiting = std::move(origin.waiting.front());
    origin.waiting.pop_front();
    owner_.serve(std::move(waiting), connection, opened);
  }
}

void ConnectionPool::settle(Connection& connection, TimePoint now) {
  // A closed connection may be told of again.
  if (connection.pool.origin == nullptr) return;
  Origin& origin = *connection.pool.origin;
  if (!origin.waiting.empty()) serve_waiting(connection, nullptr);
  // A connection that takes no further exchange ends with its last one.
  const bool has_moved = connection.pool.moves != origin.moves;
  const bool is_over = connection.exchanges() == 0 && (connection.room() == 0 || has_moved);
  // To open another one would be in vain, too.
  if (is_over && !has_moved && !connection.pool.is_used) origin.ahead = 0;
  if (is_over) connection.close();
  note(connection, now);
  if (!origin.waiting.empty() || origin.ahead > 0) open_what_is_needed(origin);
}

void ConnectionPool::note(Connection& connection, TimePoint now) {
  PoolNote& pool = connection.pool;
  Origin& origin = *pool.origin;
  const bool has_moved = pool.moves != origin.moves;
  const std::size_t room = connection.is_open() && !has_moved ? connection.room() : 0;
  const std::size_t exchanges = connection.exchanges();
  origin.room += room - pool.room;
  origin.in_use += exchanges - pool.exchanges;
  if (exchanges == 0 && pool.exchanges > 0) pool.idle_since = now;
  pool.is_used = pool.is_used || exchanges > 0;
  pool.room = room;
  pool.exchanges = exchanges;
  if (room > 0 && !pool.is_ready) {
    origin.ready.push_back(&connection);
  } else if (room == 0 && pool.is_ready) {
    // Usually the last one.
    const auto found = std::find(origin.ready.rbegin(), origin.ready.rend(), &connection);
    origin.ready.erase(std::next(found).base());
  }
  pool.is_ready = room > 0;
  if (connection.is_open()) origin.per_connection = std::max<std::size_t>(1, connection.capacity());
  if (!connection.is_open() && exchanges == 0) remove(connection);
}

void ConnectionPool::remove(Connection& connection) {
  const std::size_t place = connection.pool.place;
  connection.pool = {};
  std::unique_ptr<Connection> removed = std::move(connections_[place]);
  if (place + 1 < connections_.size()) {
    connections_[place] = std::move(connections_.back());
    connections_[place]->pool.place = place;
  }
  connections_.pop_back();
  owner_.closed(connection);
  closed_.push_back(std::move(removed));
  destroy_closed_.ask();
}

}  // namespace paceline::http::direct
