#pragma once

#include <paceline/http/transport.h>

#include <chrono>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace paceline::http {

/// What a FakeTransport was told, and what it answers. Outlives the transport.
struct FakeNetwork {
  /// The exchanges on their way.
  std::vector<Exchange*> sent{};
  /// Why each cancelled exchange was.
  std::vector<CancelReason> cancelled{};
  ResponseSink* sink = nullptr;

  /// Makes transports of this network.
  TransportFactory transport();

  /// Ends the oldest exchange well.
  void answer() {
    Exchange& exchange = *sent.front();
    sent.erase(sent.begin());
    exchange.response.status = 200;
    sink->end(exchange, {TransportError::ok, {}, Clock::now()});
  }
};

/// A transport without a network.
class FakeTransport : public Transport {
 public:
  explicit FakeTransport(FakeNetwork& network) : network_(network) {}

  void send(Exchange& exchange, std::shared_ptr<const Target>,
            std::span<const Resolver::Known>) override {
    network_.sent.push_back(&exchange);
  }
  void flush() override {}
  bool cancel(Exchange& exchange, CancelReason why) override {
    network_.cancelled.push_back(why);
    std::erase(network_.sent, &exchange);
    return true;
  }
  void release(Exchange&) override {}
  bool can_defer_reads() const override { return false; }
  void open_ahead(const Exchange&, std::shared_ptr<const Target>, std::span<const Resolver::Known>,
                  std::size_t) override {}
  bool is_opening_ahead() const override { return false; }
  std::chrono::nanoseconds cpu_time() const override { return {}; }

 private:
  FakeNetwork& network_;
};

inline TransportFactory FakeNetwork::transport() {
  return [this](loop::Loop&, const ConnectionOptions&, std::size_t, ResponseSink& its_sink) {
    sink = &its_sink;
    return std::make_unique<FakeTransport>(*this);
  };
}

}  // namespace paceline::http
