#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <paceline/loop/loop.h>
#include <paceline/text/result.h>

namespace paceline::http {

/// Numeric addresses, such as "127.0.0.1" and "::1", in the order in which to try them.
using Addresses = std::vector<std::string>;

/// A host name or address, and a port.
struct HostPort {
  std::string host;
  std::string port;
  /// Addresses that make a lookup unnecessary; nullptr: none.
  std::shared_ptr<const Addresses> given{};
};

/// The hosts whose addresses a connection needs; none if all hosts are addresses.
using Route = std::vector<HostPort>;

/// Asks the system for a host's addresses. Blocks until the system's resolver answers or gives up.
Result<Addresses> look_up(const std::string& host);

/// Whether a host needs a lookup: it is neither an IP address nor a name of this machine.
bool needs_lookup(const std::string& host);

/// Looks up hosts in the background: once for all callers, and again before the answer is too old.
/// An old answer is used until there is a new one, so that only the first request to a host waits.
/// Thread-safe; several clients may share one.
class Resolver : public std::enable_shared_from_this<Resolver> {
 public:
  using Lookup = std::function<Result<Addresses>(const std::string& host)>;

  /// The state of a host.
  struct Known {
    /// nullptr: not known yet, or `error` says why there are none. The same object while the
    /// addresses stay the same.
    std::shared_ptr<const Addresses> addresses;
    std::optional<Error> error;
    /// How often all of the host's addresses changed at once.
    std::uint64_t moves = 0;
    TimePoint last_move{};
    /// When the host is due for its next lookup.
    TimePoint next_lookup{};
  };

  /// `ttl`: a host is looked up again before its answer reaches this age. Each call of `lookup` has
  /// its own thread, which may outlive the resolver.
  static std::shared_ptr<Resolver> make(std::chrono::nanoseconds ttl, Lookup lookup = look_up);

  /// Returns the known addresses, and starts a lookup when one is due.
  Known find(const std::string& host, TimePoint now);
  /// Changes whenever the state of a host does. As long as it has not changed and no lookup is due,
  /// find() would return the same again.
  std::uint64_t changes() const { return changes_.load(std::memory_order_acquire); }
  /// Reports that no connection to the host could be made. The host is looked up at once.
  void distrust(const std::string& host, TimePoint now);
  /// Looks up every host whose addresses are due for a lookup.
  void refresh(TimePoint now);
  /// How often refresh() should be called.
  std::chrono::nanoseconds refresh_interval() const;

  /// Sends to `listener` after each lookup, until remove().
  void add(loop::Wakeup& listener);
  void remove(loop::Wakeup& listener);

 private:
  struct Entry {
    Known known;
    bool is_asked = false;
    TimePoint asked{};
  };

  Resolver(std::chrono::nanoseconds ttl, Lookup lookup);
  void ask(const std::string& host, Entry& entry, TimePoint now);
  void look_up_here(const std::string& host);
  void take(Entry& entry, Result<Addresses> found, TimePoint now);

  std::chrono::nanoseconds ttl_;
  Lookup lookup_;
  std::atomic<std::uint64_t> changes_{0};
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::vector<loop::Wakeup*> listeners_;
};

struct Exchange;

/// Holds exchanges that wait for the addresses of their hosts. Does not block the loop.
class HostWait {
 public:
  /// `on_found` is called for each waiting exchange after a lookup; call find() again from there.
  HostWait(loop::Loop& loop, std::shared_ptr<Resolver> resolver,
           std::function<void(Exchange&)> on_found);
  ~HostWait();

  using Known = std::span<const Resolver::Known>;
  /// Returns the addresses of the route's hosts, valid until the next call. Nothing: the exchange
  /// waits from now on. Fails if a host has no address.
  Result<std::optional<Known>> find(Exchange& exchange, const Route& route);
  /// Stops the exchange's wait. Returns whether the exchange was waiting.
  bool cancel(const Exchange& exchange);
  /// Whether no exchange waits.
  bool is_idle() const { return waiting_.empty(); }
  /// Reports that no connection to the route could be made.
  void distrust(const Route& route);

 private:
  /// Whether `known_` is what the resolver would return for the route.
  bool is_known(const Route& route, TimePoint now) const;
  void go_on();
  void refresh();

  std::shared_ptr<Resolver> resolver_;
  std::function<void(Exchange&)> on_found_;
  std::vector<Exchange*> waiting_;
  /// The addresses of `known_route_`; empty: none are kept.
  std::vector<Resolver::Known> known_;
  Route known_route_;
  std::uint64_t known_changes_ = 0;
  bool refreshes_ = false;
  loop::Timer refresh_timer_;
  loop::Wakeup looked_up_;
};

}  // namespace paceline::http
