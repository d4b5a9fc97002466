#include <paceline/http/client.h>
#include <paceline/http/direct/direct_transport.h>

#include <utility>
#include <variant>

namespace paceline {
namespace {

constexpr std::size_t read_at_once = 65'536;

/// A host rarely has more addresses.
constexpr int addresses_tried = 4;

}  // namespace

DirectTransport::DirectTransport(Loop& loop, const ConnectionOptions& options,
                                 std::size_t exchanges, ResponseSink& sink)
    : sink_(sink),
      ends_(loop, *this),
      shared_{.loop = loop,
              .sink = *this,
              .connect_timeout = options.timeout / addresses_tried,
              .retired = RetiredSockets(loop),
              .buffer = std::vector<char>(read_at_once)},
      slots_(exchanges) {}

void DirectTransport::send(Exchange& exchange, std::shared_ptr<const Target> target,
                           std::span<const Resolver::Known> hosts) {
  Slot& slot = slots_[exchange.number];
  if (!slot.connection) slot.connection = std::make_unique<DirectConnection>(exchange, shared_);
  auto head = heads_.find(exchange.request, target);
  if (auto* why = std::get_if<std::string>(&head)) {
    ends_.add(exchange, {TransportError::other, std::move(*why), Clock::now()});
    return;
  }
  std::string why =
      slot.connection->send(std::get<std::shared_ptr<const RequestHead>>(std::move(head)), hosts);
  if (!why.empty()) {
    ends_.add(exchange, {TransportError::connect_failed, std::move(why), Clock::now()});
  }
  set_undeferrable(slot, !slot.connection->can_defer_read());
}

bool DirectTransport::cancel(Exchange& exchange) {
  Slot& slot = slots_[exchange.number];
  set_undeferrable(slot, false);
  if (ends_.cancel(exchange) || !slot.connection) return true;
  const bool was_connected = slot.connection->is_connected();
  slot.connection->close();
  return was_connected;
}

void DirectTransport::release(Exchange& exchange) {
  if (slots_[exchange.number].connection) slots_[exchange.number].connection->drop_response();
}

bool DirectTransport::take(Exchange& exchange, std::string_view piece,
                           std::optional<TimePoint> received) {
  return sink_.take(exchange, piece, received);
}

void DirectTransport::end(Exchange& exchange, TransportEnd end) {
  set_undeferrable(slots_[exchange.number], false);
  sink_.end(exchange, std::move(end));
}

void DirectTransport::set_undeferrable(Slot& slot, bool is_undeferrable) {
  if (std::exchange(slot.is_undeferrable, is_undeferrable) == is_undeferrable) return;
  is_undeferrable ? ++undeferrable_ : --undeferrable_;
}

}  // namespace paceline
