#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <paceline/http/resolver.h>
#include <paceline/http/transport.h>
#include <paceline/text/strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <exception>
#include <string_view>
#include <thread>
#include <utility>

namespace paceline::http {
namespace {

/// The pause between two lookups of a host that has no usable address.
constexpr std::chrono::milliseconds shortest_pause{250};
/// The pause after a failed lookup while older addresses are still in use.
constexpr std::chrono::seconds pause_after_failure{1};

bool have_any_in_common(const Addresses& one, const Addresses& other) {
  return std::any_of(one.begin(), one.end(), [&other](const std::string& address) {
    return std::find(other.begin(), other.end(), address) != other.end();
  });
}

/// Keeps signals from interrupting the thread that looks hosts up.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

Result<Addresses> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (error != 0) {
    return fail(ErrorCode::lookup_failed,
                fmt::format("cannot find the address of {}: {}", host, gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, freeaddrinfo);
  Addresses found;
  for (const addrinfo* info = list; info != nullptr; info = info->ai_next) {
    std::array<char, NI_MAXHOST> number{};
    if (getnameinfo(info->ai_addr, info->ai_addrlen, number.data(), number.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    std::string address = number.data();
    // libcurl accepts no address with the name of an interface.
    if (address.find('%') == std::string::npos &&
        std::find(found.begin(), found.end(), address) == found.end()) {
      found.push_back(std::move(address));
    }
  }
  return found;
}

bool needs_lookup(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return !host.empty() && host.front() != '[' &&
         inet_pton(AF_INET, host.c_str(), address.data()) != 1 &&
         inet_pton(AF_INET6, host.c_str(), address.data()) != 1 &&
         // libcurl resolves these itself.
         !(text::ends_with_ignoring_case(host, "localhost") && host.size() == 9) &&
         !text::ends_with_ignoring_case(host, ".localhost");
}

Resolver::Resolver(std::chrono::nanoseconds ttl, Lookup lookup)
    : ttl_(ttl), lookup_(std::move(lookup)) {}

std::shared_ptr<Resolver> Resolver::make(std::chrono::nanoseconds ttl, Lookup lookup) {
  return std::shared_ptr<Resolver>(new Resolver(ttl, std::move(lookup)));
}

Resolver::Known Resolver::find(const std::string& host, TimePoint now) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[host];
  if (entry.known.next_lookup <= now) ask(host, entry, now);
  Known known = entry.known;
  if (entry.is_asked) known.error.reset();
  return known;
}

void Resolver::distrust(const std::string& host, TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(host);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  TimePoint& next = entry.known.next_lookup;
  next = std::min(next, entry.asked + shortest_pause);
  ++changes_;
  if (next <= now) ask(host, entry, now);
}

void Resolver::refresh(TimePoint now) {
  const std::lock_guard lock(mutex_);
  for (auto& [host, entry] : entries_) {
    if (entry.known.addresses && entry.known.next_lookup <= now) ask(host, entry, now);
  }
}

std::chrono::nanoseconds Resolver::refresh_interval() const {
  return std::max<std::chrono::nanoseconds>(ttl_ / 4, shortest_pause);
}

void Resolver::ask(const std::string& host, Entry& entry, TimePoint now) {
  if (std::exchange(entry.is_asked, true)) return;
  entry.asked = now;
  try {
    std::thread([self = shared_from_this(), host] { self->look_up_here(host); }).detach();
  } catch (const std::exception& error) {
    entry.is_asked = false;
    take(entry,
         fail(ErrorCode::lookup_failed, fmt::format("cannot look up {}: {}", host, error.what())),
         now);
  }
}

void Resolver::look_up_here(const std::string& host) {
  block_signals();
  Result<Addresses> found = lookup_(host);
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[host];
  entry.is_asked = false;
  take(entry, std::move(found), Clock::now());
  for (loop::Wakeup* listener : listeners_) listener->send();
}

void Resolver::take(Entry& entry, Result<Addresses> found, TimePoint now) {
  ++changes_;
  Known& known = entry.known;
  if (!found) {
    // An old address may still work.
    if (!known.addresses) known.error = std::move(found).error();
    known.next_lookup = now + (known.addresses ? pause_after_failure : shortest_pause);
    return;
  }
  // The next lookup has a quarter of the time.
  known.next_lookup = now + ttl_ / 4 * 3;
  known.error.reset();
  if (known.addresses) {
    Addresses before = *known.addresses;
    Addresses after = *found;
    std::sort(before.begin(), before.end());
    std::sort(after.begin(), after.end());
    if (before == after) return;
    if (!have_any_in_common(before, after)) {
      ++known.moves;
      known.last_move = now;
    }
  }
  known.addresses = std::make_shared<const Addresses>(*std::move(found));
}

void Resolver::add(loop::Wakeup& listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(&listener);
}

void Resolver::remove(loop::Wakeup& listener) {
  const std::lock_guard lock(mutex_);
  std::erase(listeners_, &listener);
}

HostWait::HostWait(loop::Loop& loop, std::shared_ptr<Resolver> resolver,
                   std::function<void(Exchange&)> on_found)
    : resolver_(std::move(resolver)),
      on_found_(std::move(on_found)),
      refresh_timer_(loop, [this] { refresh(); }),
      looked_up_(loop, [this] { go_on(); }) {
  resolver_->add(looked_up_);
}

HostWait::~HostWait() {
  resolver_->remove(looked_up_);
}

Result<std::optional<HostWait::Known>> HostWait::find(Exchange& exchange, const Route& route) {
  if (route.empty()) return Known();
  if (!std::exchange(refreshes_, true)) refresh();
  const TimePoint now = Clock::now();
  if (is_known(route, now)) return Known(known_);
  known_.clear();
  known_route_.clear();
  known_changes_ = resolver_->changes();
  bool waits = false;
  for (const HostPort& at : route) {
    if (at.given) {
      known_.emplace_back().addresses = at.given;
      continue;
    }
    known_.push_back(resolver_->find(at.host, now));
    if (known_.back().error) return tl::unexpected(*known_.back().error);
    waits = waits || known_.back().addresses == nullptr;
  }
  if (!waits) {
    known_route_ = route;
    return Known(known_);
  }
  waiting_.push_back(&exchange);
  return std::nullopt;
}

bool HostWait::is_known(const Route& route, TimePoint now) const {
  const auto is_same = [](const HostPort& one, const HostPort& other) {
    return one.host == other.host && one.given == other.given;
  };
  return known_changes_ == resolver_->changes() &&
         std::equal(route.begin(), route.end(), known_route_.begin(), known_route_.end(),
                    is_same) &&
         std::all_of(known_.begin(), known_.end(), [now](const Resolver::Known& known) {
           return now < known.next_lookup || known.next_lookup == TimePoint();
         });
}

bool HostWait::cancel(const Exchange& exchange) {
  return std::erase(waiting_, &exchange) > 0;
}

void HostWait::distrust(const Route& route) {
  for (const HostPort& at : route) {
    if (!at.given) resolver_->distrust(at.host, Clock::now());
  }
}

void HostWait::go_on() {
  for (Exchange* exchange : std::exchange(waiting_, {})) on_found_(*exchange);
}

void HostWait::refresh() {
  resolver_->refresh(Clock::now());
  refresh_timer_.start(std::chrono::ceil<std::chrono::milliseconds>(resolver_->refresh_interval()));
}

}  // namespace paceline::http
