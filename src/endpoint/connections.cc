#include <arpa/inet.h>
#include <endpoint/connections.h>
#include <endpoint/request.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace paceline::endpoint {
namespace {

// A daemon first collects all connections with input, and then serves them. With thousands of
// connections, the first ones have left the CPU's cache by then, which costs a sixth of the rate.
constexpr std::size_t group_size = 64;

std::size_t connections_within_limit(std::size_t wanted) {
  // For the loop, the log and other files of the process.
  constexpr std::size_t spare = 64;
  const std::size_t limit = loop::raise_open_files_limit();
  const std::size_t free = limit > 2 * spare ? limit - spare : spare;
  // Each group has an epoll descriptor.
  return std::min(wanted, free - free / group_size);
}

}  // namespace

struct StopDaemon {
  void operator()(MHD_Daemon* daemon) const { MHD_stop_daemon(daemon); }
};
/// Owns a server of libmicrohttpd.
using DaemonPtr = std::unique_ptr<MHD_Daemon, StopDaemon>;

/// A group of connections, with its own daemon.
struct DaemonGroup {
  Connections* connections = nullptr;
  std::size_t count = 0;
  bool has_resumed = false;
  DaemonPtr daemon;
  std::unique_ptr<loop::Poll> watch;
};

void Client::shut() const {
  shutdown(descriptor(), SHUT_RDWR);
}

// libmicrohttpd shuts a connection down before it closes it. Linux sends RST when a connection is
// dissolved, after which there is nothing to shut down.
void Client::reset() const {
  const sockaddr nowhere{AF_UNSPEC, {}};
  static_cast<void>(connect(descriptor(), &nowhere, sizeof(nowhere)));
}

Connections::Connections(loop::Loop& loop, const EndpointOptions& options,
                         const std::atomic<bool>& stopping,
                         std::chrono::milliseconds handshake_limit)
    : loop_(loop),
      options_(options),
      stopping_(stopping),
      handshake_limit_(handshake_limit),
      idle_(loop, std::chrono::ceil<std::chrono::milliseconds>(options.idle_timeout)),
      lingering_(loop),
      listener_(loop,
                [this](loop::Descriptor connection, const sockaddr_in& from) {
                  add(std::move(connection), reinterpret_cast<const sockaddr&>(from), sizeof from);
                }),
      unix_listener_(loop, [this](loop::Descriptor connection) {
        const sockaddr from{AF_UNIX, {}};
        add(std::move(connection), from, sizeof from);
      }) {
  if (options.has_kernel_times && options.cert_file.empty()) receive_notes_.emplace();
}

Connections::~Connections() = default;

Result<void> Connections::listen(Callbacks callbacks) {
  callbacks_ = std::move(callbacks);
  if (auto begun = begin_tls(); !begun) return begun;
  if (auto listening = listen_on_port(); !listening) return listening;
  if (!options_.unix_socket.empty()) {
    if (auto listening = unix_listener_.listen(options_.unix_socket); !listening) return listening;
  }
  if (group_with_room() == nullptr) {
    return fail(ErrorCode::no_descriptor, "no descriptor for connections");
  }
  return {};
}

Result<void> Connections::begin_tls() {
  if (options_.cert_file.empty()) return {};
  auto loaded = TlsIdentity::load(options_.cert_file, options_.key_file);
  if (!loaded) return tl::unexpected(std::move(loaded.error()));
  identity_ = std::move(*loaded);
  handshakes_.emplace(loop_, handshake_limit_, [this](Client& client) { serve(*client.group); });
  return handshakes_->open();
}

Result<void> Connections::listen_on_port() {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(options_.port);
  if (inet_pton(AF_INET, options_.address.c_str(), &at.sin_addr) != 1) {
    return fail(ErrorCode::invalid_value,
                fmt::format("'{}' is not an IPv4 address", options_.address));
  }
  most_ = connections_within_limit(options_.max_connections);
  if (const auto listening = listener_.listen(at); !listening) {
    ErrorCode code = listening.error().code;
    if (code == ErrorCode::system_error) code = ErrorCode::listen_failed;
    return fail(code, fmt::format("cannot listen on {}:{}: {}", options_.address, options_.port,
                                  listening.error().message));
  }
  return {};
}

void Connections::pause() {
  listener_.pause();
  unix_listener_.pause();
}

void Connections::go_on() {
  listener_.go_on();
  unix_listener_.go_on();
}

void Connections::add(loop::Descriptor connection, const sockaddr& from, socklen_t size) {
  DaemonGroup* group = group_with_room();
  if (group == nullptr) return;
  MHD_add_connection(group->daemon.get(), connection.release(), &from, size);
  // libmicrohttpd 1.0 only queues the connection, which starts when the daemon runs next.
  serve(*group);
}

// Null if the system has no descriptor for another daemon.
DaemonGroup* Connections::group_with_room() {
  // The memory holds the headers of a request and of its response. libmicrohttpd clears the memory
  // after each request. The default is four times as much, and clearing that much takes 2 us with
  // 5,000 busy connections.
  constexpr std::size_t memory = 8U << 10U;
  const auto has_room = [](const auto& group) { return group->count < group_size; };
  const auto found = std::find_if(groups_.rbegin(), groups_.rend(), has_room);
  if (found != groups_.rend()) return found->get();
  auto group = std::make_unique<DaemonGroup>();
  group->connections = this;
  std::vector<MHD_OptionItem> tls{{MHD_OPTION_END, 0, nullptr}};
  if (identity_) tls = identity_->daemon_options();
  group->daemon.reset(MHD_start_daemon(
      MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
          MHD_USE_SUPPRESS_DATE_NO_CLOCK | (identity_ ? MHD_USE_TLS : MHD_NO_FLAG),
      0, nullptr, nullptr, callbacks_.on_request, callbacks_.handler,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory, MHD_OPTION_NOTIFY_COMPLETED,
      callbacks_.on_completed, callbacks_.handler, MHD_OPTION_NOTIFY_CONNECTION,
      &Connections::on_connection, group.get(), MHD_OPTION_ARRAY, tls.data(), MHD_OPTION_END));
  if (!group->daemon) return nullptr;
  const int descriptor =
      MHD_get_daemon_info(group->daemon.get(), MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
  group->watch = std::make_unique<loop::Poll>(loop_, descriptor,
                                              [this, at = group.get()](int, int) { serve(*at); });
  group->watch->want(UV_READABLE);
  return groups_.emplace_back(std::move(group)).get();
}

void Connections::serve(DaemonGroup& group) {
  run(group);
  callbacks_.on_served();
}

// libmicrohttpd has work that its descriptor does not announce. Its timeout is 0 then.
void Connections::run(const DaemonGroup& group) {
  MHD_UNSIGNED_LONG_LONG wait = 0;
  do {
    if (receive_notes_) receive_notes_->look();
    MHD_run(group.daemon.get());
    if (handshakes_) handshakes_->suspend_waiting();
  } while (!stopping_.load(std::memory_order_relaxed) &&
           MHD_get_timeout(group.daemon.get(), &wait) == MHD_YES && wait == 0);
}

void Connections::on_connection(void* in, MHD_Connection* connection, void** client,
                                MHD_ConnectionNotificationCode code) noexcept {
  auto& group = *static_cast<DaemonGroup*>(in);
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    group.connections->started(group, connection, client);
  } else {
    group.connections->ended(
        group, std::unique_ptr<Client>(static_cast<Client*>(std::exchange(*client, nullptr))));
  }
}

void Connections::started(DaemonGroup& group, MHD_Connection* connection, void** client) {
  const int descriptor =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  ++group.count;
  if (++count_ == most_) pause();
  idle_.add(descriptor);
  auto started = std::make_unique<Client>();
  started->group = &group;
  started->connection = connection;
  started->received.descriptor = descriptor;
  if (receive_notes_) receive_notes_->add(started->received);
  if (identity_) start_tls(*started);
  // libmicrohttpd does not watch a suspended connection. On an active connection, libmicrohttpd
  // misses an end that arrives together with fewer bytes than its buffer holds.
  try {
    started->hang_up_watch = std::make_unique<loop::Poll>(
        loop_, descriptor, [this, at = started.get()](int, int) { hang_up(*at); });
    started->hang_up_watch->want(UV_DISCONNECT);
  } catch (...) {
    started->hang_up_watch.reset();  // Out of memory: serve the connection without a watch.
  }
  *client = started.release();
}

void Connections::start_tls(Client& client) {
  const auto session = static_cast<gnutls_session_t>(
      MHD_get_connection_info(client.connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session);
  if (options_.has_kernel_times) loop::note_receive_times(client.descriptor());
  identity_->allow_tickets(session);
  client.tls = std::make_unique<TlsReader>(session, client.received);
  handshakes_->add(client);
}

void Connections::ended(DaemonGroup& group, std::unique_ptr<Client> client) {
  --group.count;
  if (count_-- == most_) go_on();
  const int descriptor = client->descriptor();
  idle_.remove(descriptor);
  if (client->has_unread_body && !stopping_.load(std::memory_order_relaxed)) {
    // libmicrohttpd closes its own descriptor of the connection.
    lingering_.add(loop::Descriptor(fcntl(descriptor, F_DUPFD_CLOEXEC, 0)));
  }
  if (receive_notes_) receive_notes_->remove(client->received);
  if (handshakes_) handshakes_->remove(*client);
}

// A held request does not end here: a connection must not end inside the callback of its watch.
void Connections::hang_up(Client& client) {
  if (client.request != nullptr && callbacks_.on_hang_up(*client.request)) {
    client.hang_up_watch->want(0);
    return;
  }
  // The shutdown wakes libmicrohttpd, and takes no bytes from it. The first time, libmicrohttpd may
  // still have to read bytes from before the end, and miss the end again.
  shutdown(client.descriptor(), SHUT_RD);
  if (std::exchange(client.is_ending, true)) client.hang_up_watch->want(0);
}

void Connections::begin_request(MHD_Connection* connection, Request& request) {
  Client& client = *static_cast<Client*>(
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context);
  client.request = &request;
  idle_.remove(client.descriptor());
  request.connection = connection;
  request.client = &client;
  request.arrived = client.received.when ? *client.received.when : Clock::now();
}

void Connections::end_request(Request& request) {
  Client& client = *request.client;
  client.request = nullptr;
  client.received.when.reset();  // It may belong to the request's body.
  idle_.add(client.descriptor());
}

void Connections::resume(const Request& request) {
  MHD_resume_connection(request.connection);
  DaemonGroup& group = *request.client->group;
  if (!std::exchange(group.has_resumed, true)) resumed_.push_back(&group);
}

void Connections::run_resumed() {
  for (DaemonGroup* group : resumed_) {
    group->has_resumed = false;
    run(*group);
  }
  resumed_.clear();
}

void Connections::close() {
  listener_.close();
  unix_listener_.close();
  resumed_.clear();
  if (handshakes_) handshakes_->resume_all();
  // A resumed connection counts as suspended until its daemon runs, and stops only then.
  for (const auto& group : groups_) MHD_run(group->daemon.get());
  groups_.clear();
}

}  // namespace paceline::endpoint
