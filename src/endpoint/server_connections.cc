#include <arpa/inet.h>
#include <endpoint/server.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <paceline/loop/descriptor.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace paceline::endpoint {
namespace {

// A daemon first collects all on which something came in, and then serves it. Where thousands wait,
// the first have left the processor's cache by then, which costs a sixth of all that is served.
constexpr std::size_t group_size = 64;

std::size_t connections_within_limit(std::size_t wanted) {
  // For the loop, the log and whatever else the process has open.
  constexpr std::size_t spare = 64;
  const std::size_t limit = raise_open_files_limit();
  const std::size_t free = limit > 2 * spare ? limit - spare : spare;
  return std::min(wanted, free - free / group_size);
}

}  // namespace

Result<void> Server::listen() {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(options_.port);
  if (inet_pton(AF_INET, options_.address.c_str(), &at.sin_addr) != 1) {
    return fail(ErrorCode::invalid_value,
                fmt::format("'{}' is not an IPv4 address", options_.address));
  }
  most_connections_ = connections_within_limit(options_.max_connections);
  auto timer = PreciseTimer::make(loop_, [this] { send_due(); });
  if (!timer) return tl::unexpected(std::move(timer.error()));
  timer_ = std::move(*timer);
  if (const auto listening = listener_.listen(at); !listening) {
    ErrorCode code = listening.error().code;
    if (code == ErrorCode::system_error) code = ErrorCode::listen_failed;
    return fail(code, fmt::format("cannot listen on {}:{}: {}", options_.address, options_.port,
                                  listening.error().message));
  }
  if (group_with_room() == nullptr) {
    return fail(ErrorCode::no_descriptor, "no descriptor for connections");
  }
  return {};
}

void Server::add(Descriptor connection, const sockaddr_in& from) {
  Group* group = group_with_room();
  if (group == nullptr) return;
  MHD_add_connection(group->daemon.get(), connection.release(),
                     reinterpret_cast<const sockaddr*>(&from), sizeof from);
  // libmicrohttpd 1.0 only queues it: it begins, and is counted, with the daemon's next turn.
  serve(*group);
}

// None when the system has no descriptor for its daemon.
Server::Group* Server::group_with_room() {
  const auto has_room = [](const auto& group) { return group->connections < group_size; };
  const auto found = std::find_if(groups_.rbegin(), groups_.rend(), has_room);
  if (found != groups_.rend()) return found->get();
  auto group = std::make_unique<Group>();
  group->server = this;
  group->daemon = start_daemon(*group);
  if (!group->daemon) return nullptr;
  const int descriptor =
      MHD_get_daemon_info(group->daemon.get(), MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
  group->watch =
      std::make_unique<Poll>(loop_, descriptor, [this, at = group.get()](int, int) { serve(*at); });
  group->watch->want(UV_READABLE);
  return groups_.emplace_back(std::move(group)).get();
}

DaemonPtr Server::start_daemon(Group& group) {
  // It clears this much after each request, which with the default, four times as much, takes two
  // microseconds of 5,000 busy connections. Headers of a request and of its response have to fit.
  constexpr std::size_t memory = 8u << 10;
  return DaemonPtr(MHD_start_daemon(
      MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
          MHD_USE_SUPPRESS_DATE_NO_CLOCK,
      0, nullptr, nullptr, &Server::on_request, this, MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
      MHD_OPTION_NOTIFY_COMPLETED, &Server::on_completed, this, MHD_OPTION_NOTIFY_CONNECTION,
      &Server::on_connection, &group, MHD_OPTION_END));
}

void Server::serve(Group& group) {
  run(group);
  send_due();
}

// libmicrohttpd has work that its descriptor does not announce, and says so by its timeout.
void Server::run(Group& group) {
  MHD_UNSIGNED_LONG_LONG wait = 0;
  do {
    if (receive_notes_) receive_notes_->look();
    MHD_run(group.daemon.get());
  } while (!stopping_.load(std::memory_order_relaxed) &&
           MHD_get_timeout(group.daemon.get(), &wait) == MHD_YES && wait == 0);
}

void Server::on_connection(void* in, MHD_Connection* connection, void** peer,
                           MHD_ConnectionNotificationCode code) noexcept {
  auto& group = *static_cast<Group*>(in);
  auto& server = *group.server;
  const int descriptor = descriptor_of(connection);
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    ++group.connections;
    if (++server.connections_ == server.most_connections_) server.listener_.pause();
    server.idle_connections_.add(descriptor);
    auto started = std::make_unique<Peer>();
    started->group = &group;
    started->came.descriptor = descriptor;
    if (server.receive_notes_) server.receive_notes_->add(started->came);
    try {
      server.watch_for_hang_up(*started, descriptor);
    } catch (...) {
      started->watch.reset();  // Out of memory: it is served all the same.
    }
    *peer = started.release();
  } else {
    --group.connections;
    if (server.connections_-- == server.most_connections_) server.listener_.go_on();
    server.idle_connections_.remove(descriptor);
    const std::unique_ptr<Peer> closed(static_cast<Peer*>(std::exchange(*peer, nullptr)));
    if (closed->has_unread_body && !server.stopping_.load(std::memory_order_relaxed)) {
      server.linger(descriptor);
    }
    if (server.receive_notes_) server.receive_notes_->remove(closed->came);
  }
}

// libmicrohttpd closes its own descriptor of the connection.
void Server::linger(int descriptor) {
  lingering_.add(Descriptor(fcntl(descriptor, F_DUPFD_CLOEXEC, 0)));
}

// libmicrohttpd does not look at a connection that is suspended. Of one that is not, it misses an
// end that comes together with bytes that do not fill its buffer: it reads them and waits for more.
void Server::watch_for_hang_up(Peer& peer, int descriptor) {
  peer.watch = std::make_unique<Poll>(
      loop_, descriptor, [this, &peer, descriptor](int, int) { hang_up(peer, descriptor); });
  peer.watch->want(UV_DISCONNECT);
}

// Leaves the rest to the alarm: the connection may not end inside its watch's call.
void Server::hang_up(Peer& peer, int descriptor) {
  if (peer.request == nullptr || !peer.request->held) {
    // This takes no bytes from libmicrohttpd, and wakes it. The first time, it may still have to
    // read what came before the end, and miss the end again.
    shutdown(descriptor, SHUT_RD);
    if (std::exchange(peer.is_ending, true)) peer.watch->want(0);
    return;
  }
  peer.watch->want(0);
  peer.request->has_gone = true;
  const auto now = Clock::now();
  set_due(*peer.request, now);
  timer_->set(now);
}

}  // namespace paceline::endpoint
