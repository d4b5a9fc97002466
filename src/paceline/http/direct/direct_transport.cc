#include <paceline/http/client.h>
#include <paceline/http/direct/direct_transport.h>

#include <utility>

namespace paceline::http::direct {
namespace {

constexpr std::size_t read_at_once = 65'536;

/// The timeout is divided by this. Hosts rarely have more addresses.
constexpr int addresses_tried = 4;

}  // namespace

DirectTransport::DirectTransport(loop::Loop& loop, const ConnectionOptions& options,
                                 std::size_t exchanges, ResponseSink& sink)
    : sink_(sink),
      ends_(loop, *this),
      shared_{.loop = loop,
              .sink = *this,
              .connect_timeout = options.timeout / addresses_tried,
              .retired = RetiredSockets(loop),
              .buffer = std::vector<char>(read_at_once)},
      states_(exchanges) {}

void DirectTransport::send(Exchange& exchange, std::shared_ptr<const Target> target,
                           std::span<const Resolver::Known> hosts) {
  State& state = states_[exchange.number];
  if (!state.connection) state.connection = std::make_unique<DirectConnection>(exchange, shared_);
  auto head = heads_.find(exchange.request, target);
  if (!head) {
    ends_.add(exchange, {TransportError::other, std::move(head).error(), Clock::now()});
    return;
  }
  if (auto sent = state.connection->send(*std::move(head), hosts); !sent) {
    ends_.add(exchange, {TransportError::connect_failed, std::move(sent).error(), Clock::now()});
  }
  set_undeferrable(state, !state.connection->can_defer_read());
}

bool DirectTransport::cancel(Exchange& exchange) {
  State& state = states_[exchange.number];
  set_undeferrable(state, false);
  if (ends_.cancel(exchange) || !state.connection) return true;
  const bool was_connected = state.connection->is_connected();
  state.connection->close();
  return was_connected;
}

void DirectTransport::release(Exchange& exchange) {
  if (states_[exchange.number].connection) states_[exchange.number].connection->drop_response();
}

bool DirectTransport::take(Exchange& exchange, std::string_view piece,
                           std::optional<TimePoint> received) {
  return sink_.take(exchange, piece, received);
}

void DirectTransport::end(Exchange& exchange, TransportEnd end) {
  set_undeferrable(states_[exchange.number], false);
  sink_.end(exchange, std::move(end));
}

void DirectTransport::set_undeferrable(State& state, bool is_undeferrable) {
  if (std::exchange(state.is_undeferrable, is_undeferrable) == is_undeferrable) return;
  is_undeferrable ? ++undeferrable_ : --undeferrable_;
}

}  // namespace paceline::http::direct
