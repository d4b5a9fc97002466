#include <paceline/http/client.h>
#include <paceline/http/direct/direct_transport.h>

#include <utility>

namespace paceline::http::direct {
namespace {

/// The timeout of a request is divided among this many addresses. Hosts rarely have more.
constexpr int addresses_tried = 4;

/// Without reuse, the next request may leave while the socket of the previous one is still open.
std::size_t connections_for(const ConnectionOptions& options, std::size_t exchanges) {
  return options.reuses ? exchanges : 2 * exchanges;
}

}  // namespace

std::size_t DirectTransport::descriptors_for(std::size_t exchanges) {
  // The loop of the opener's thread.
  constexpr std::size_t of_opener = 6;
  return exchanges + of_opener;
}

DirectTransport::DirectTransport(loop::Loop& loop, const ConnectionOptions& options,
                                 std::size_t exchanges, ResponseSink& sink,
                                 std::shared_ptr<SharedTlsContext> tls)
    : sink_(sink),
      tls_(std::move(tls)),
      ends_(loop, sink),
      heads_(options),
      undeferrable_(exchanges),
      carriers_(exchanges),
      flush_later_(loop, [this] { flush(); }),
      shared_{.owner = *this,
              .wire = Wire::Shared(loop),
              .responses = ResponseBlocks(exchanges),
              .reuses = options.reuses},
      pool_(loop,
            {.options = options,
             .tls = *tls_,
             .address_timeout = options.timeout / addresses_tried,
             .sources = SourceAddresses(options.interfaces)},
            exchanges, connections_for(options, exchanges), shared_, *this) {}

void DirectTransport::send(Exchange& exchange, std::shared_ptr<const Target> target,
                           std::span<const Resolver::Known> hosts) {
  auto head = heads_.find(exchange.request, target);
  if (!head) {
    ends_.add(exchange, {TransportError::other, std::move(head).error(), Clock::now()});
    return;
  }
  Origin& origin = pool_.origin_of(*head, hosts);
  if (Connection* connection = pool_.find(origin, exchange.response.sent)) {
    start(exchange, *std::move(head), *connection);
    pool_.settle(*connection, exchange.response.sent);
    return;
  }
  undeferrable_.set(exchange, true);
  pool_.wait(origin, {&exchange, *std::move(head)});
}

void DirectTransport::open_ahead(const Exchange& exchange, std::shared_ptr<const Target> target,
                                 std::span<const Resolver::Known> hosts, std::size_t exchanges) {
  // Without reuse, a request's latency includes its connection.
  if (!shared_.reuses) return;
  // A request that cannot be carried gets its error when it is sent.
  if (const auto head = heads_.find(exchange.request, target)) {
    pool_.open_ahead(pool_.origin_of(*head, hosts), exchanges);
  }
}

void DirectTransport::start(Exchange& exchange, std::shared_ptr<const RequestHead> head,
                            Connection& connection) {
  carriers_[exchange.number] = &connection;
  connection.start(exchange, std::move(head));
  undeferrable_.set(exchange, !connection.can_defer_read(exchange));
  if (std::exchange(connection.awaits_flush, true)) return;
  to_flush_.push_back(&connection);
  flush_later_.ask();
}

void DirectTransport::flush() {
  for (Connection* connection : to_flush_) {
    connection->awaits_flush = false;
    connection->flush();
  }
  to_flush_.clear();
  flush_later_.cancel();
}

bool DirectTransport::cancel(Exchange& exchange, CancelReason why) {
  undeferrable_.set(exchange, false);
  if (ends_.cancel(exchange)) return true;
  Connection* connection = std::exchange(carriers_[exchange.number], nullptr);
  if (connection == nullptr) return !pool_.cancel(exchange);
  connection->cancel(exchange, why);
  connection->flush();
  pool_.settle(*connection, Clock::now());
  return true;
}

bool DirectTransport::take(Exchange& exchange, std::string_view piece,
                           std::optional<TimePoint> received) {
  return sink_.take(exchange, piece, received);
}

void DirectTransport::ended(Connection& connection, Exchange& exchange, TransportEnd end) {
  carriers_[exchange.number] = nullptr;
  undeferrable_.set(exchange, false);
  pool_.settle(connection, end.when);
  sink_.end(exchange, std::move(end));
}

void DirectTransport::serve(WaitingExchange waiting, Connection& connection,
                            const ConnectTimes* opened) {
  if (opened != nullptr) waiting.exchange->response.connect = *opened;
  start(*waiting.exchange, std::move(waiting.head), connection);
}

void DirectTransport::refuse(Exchange& exchange, TransportEnd end) {
  undeferrable_.set(exchange, false);
  sink_.end(exchange, std::move(end));
}

void DirectTransport::closed(Connection& connection) {
  if (connection.awaits_flush) std::erase(to_flush_, &connection);
}

}  // namespace paceline::http::direct
