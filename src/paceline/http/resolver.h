#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <paceline/loop/loop.h>
#include <paceline/text/result.h>

namespace paceline {

/// Addresses as numbers, such as "127.0.0.1" and "::1", in the order in which to try them.
using Addresses = std::vector<std::string>;

/// A host by name or number, and its port.
struct HostPort {
  std::string host;
  std::string port;
};

/// The hosts whose addresses are needed to connect: none where all are numbers.
using Route = std::vector<HostPort>;

/// Asks the system for a host's addresses. Blocks until the system's resolver answers or gives up.
Result<Addresses> look_up(const std::string& host);

/// Whether a host needs a lookup: it is neither an IP address nor a name of this machine.
bool needs_lookup(const std::string& host);

/// Looks up hosts in the background: once for all who ask, and again before the answer is too old.
/// An old answer is used until there is a new one, so that only the first request to a host waits.
/// For any thread; several clients share one.
class Resolver : public std::enable_shared_from_this<Resolver> {
 public:
  using Lookup = std::function<Result<Addresses>(const std::string& host)>;

  /// What is known of a host.
  struct Known {
    /// nullptr: not yet, or `error` says why there are none. The same object while the addresses
    /// stay the same.
    std::shared_ptr<const Addresses> addresses;
    std::optional<Error> error;
    /// How often the host has moved: none of its addresses was one of those before.
    std::uint64_t moves = 0;
    TimePoint last_move{};
  };

  /// `ttl`: an answer is looked up again before it is that old. Each `lookup` has a thread of its
  /// own, which ends when it returns, be that after the resolver's end.
  static std::shared_ptr<Resolver> make(std::chrono::nanoseconds ttl, Lookup lookup = look_up);

  /// Returns the known addresses, and starts a lookup when one is due.
  Known find(const std::string& host, TimePoint now);
  /// No connection to the host could be made: it is looked up at once.
  void distrust(const std::string& host, TimePoint now);
  /// Looks up every host whose addresses are due for a lookup.
  void refresh(TimePoint now);
  /// How often refresh() should be called.
  std::chrono::nanoseconds refresh_interval() const;

  /// Wakes it up after each lookup, until it is removed.
  void add(Wakeup& listener);
  void remove(Wakeup& listener);

 private:
  struct Entry {
    Known known;
    bool is_asked = false;
    /// The times of the last lookup and of the next one.
    TimePoint asked{};
    TimePoint next{};
  };

  Resolver(std::chrono::nanoseconds ttl, Lookup lookup);
  void ask(const std::string& host, Entry& entry, TimePoint now);
  void look_up_here(const std::string& host);
  void take(Entry& entry, Result<Addresses> found, TimePoint now) const;

  std::chrono::nanoseconds ttl_;
  Lookup lookup_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::vector<Wakeup*> listeners_;
};

}  // namespace paceline
