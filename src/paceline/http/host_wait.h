#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <paceline/http/exchange.h>
#include <paceline/http/resolver.h>
#include <paceline/loop/loop.h>

namespace paceline::http {

/// Holds exchanges that wait for the addresses of their hosts. The loop is not blocked.
class HostWait {
 public:
  /// `on_found` is called for each waiting exchange after a lookup; call find() again from there.
  HostWait(loop::Loop& loop, std::shared_ptr<Resolver> resolver,
           std::function<void(Exchange&)> on_found);
  ~HostWait();

  using Known = std::span<const Resolver::Known>;
  /// What is known of the route's hosts, valid until the next call. Nothing: the exchange waits
  /// from now on. Fails where a host has no address.
  Result<std::optional<Known>> find(Exchange& exchange, const Route& route);
  /// Stops the exchange's wait. Returns whether the exchange was waiting.
  bool cancel(const Exchange& exchange);
  /// Whether no exchange waits.
  bool is_idle() const { return waiting_.empty(); }
  /// Reports that no connection to the route could be made.
  void distrust(const Route& route);

 private:
  void go_on();
  void refresh();

  std::shared_ptr<Resolver> resolver_;
  std::function<void(Exchange&)> on_found_;
  std::vector<Exchange*> waiting_;
  std::vector<Resolver::Known> known_;
  bool refreshes_ = false;
  loop::Timer refresh_timer_;
  loop::Wakeup looked_up_;
};

}  // namespace paceline::http
