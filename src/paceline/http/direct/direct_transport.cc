#include <paceline/http/client.h>
#include <paceline/http/direct/direct_transport.h>

#include <utility>

namespace paceline::http::direct {
namespace {

constexpr std::size_t read_at_once = 65'536;

/// The timeout of a request is divided among this many addresses. Hosts rarely have more.
constexpr int addresses_tried = 4;

}  // namespace

DirectTransport::DirectTransport(loop::Loop& loop, const ConnectionOptions& options,
                                 std::size_t exchanges, ResponseSink& sink)
    : sink_(sink),
      ends_(loop, *this),
      heads_(options),
      shared_{.loop = loop,
              .sink = *this,
              .connect_timeout = options.timeout / addresses_tried,
              .reuses = options.reuses,
              .unix_socket = options.unix_socket,
              .retired = RetiredSockets(loop),
              .buffer = std::vector<char>(read_at_once)},
      undeferrable_(exchanges),
      connections_(exchanges) {}

void DirectTransport::send(Exchange& exchange, std::shared_ptr<const Target> target,
                           std::span<const Resolver::Known> hosts) {
  auto& connection = connections_[exchange.number];
  if (!connection) connection = std::make_unique<DirectConnection>(exchange, shared_);
  auto head = heads_.find(exchange.request, target);
  if (!head) {
    ends_.add(exchange, {TransportError::other, std::move(head).error(), Clock::now()});
    return;
  }
  if (auto sent = connection->send(*std::move(head), hosts); !sent) {
    ends_.add(exchange, {TransportError::connect_failed, std::move(sent).error(), Clock::now()});
  }
  undeferrable_.set(exchange, !connection->can_defer_read());
}

bool DirectTransport::cancel(Exchange& exchange) {
  const auto& connection = connections_[exchange.number];
  undeferrable_.set(exchange, false);
  if (ends_.cancel(exchange) || !connection) return true;
  const bool was_connected = connection->is_connected();
  connection->close();
  return was_connected;
}

void DirectTransport::release(Exchange& exchange) {
  const auto& connection = connections_[exchange.number];
  if (connection) connection->drop_response();
}

bool DirectTransport::take(Exchange& exchange, std::string_view piece,
                           std::optional<TimePoint> received) {
  return sink_.take(exchange, piece, received);
}

void DirectTransport::end(Exchange& exchange, TransportEnd end) {
  undeferrable_.set(exchange, false);
  sink_.end(exchange, std::move(end));
}

}  // namespace paceline::http::direct
