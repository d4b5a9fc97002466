#include <fmt/format.h>
#include <paceline/http/direct/begin_connect.h>
#include <paceline/http/direct/opening.h>
#include <paceline/http/unix_socket.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace paceline::http::direct {
Opening::Opening(loop::Loop& loop, RetiredSockets& retired, Destination destination,
                 const OpenSettings& settings, std::function<void()> on_end)
    : loop_(loop),
      retired_(retired),
      destination_(std::move(destination)),
      settings_(settings),
      on_end_(std::move(on_end)),
      address_timer_(loop, [this] { fail_address(ETIMEDOUT); }),
      timer_(loop, [this] {
        fail(TransportError::timed_out,
             {ErrorCode::timed_out,
              fmt::format("no connection to {} port {} within {} ms", destination_.host,
                          destination_.port, settings_.options.timeout.count())});
      }) {}

Opening::~Opening() = default;

void Opening::begin() {
  timer_.start(settings_.options.timeout);
  if (auto chosen = choose_addresses(); !chosen) {
    return fail(TransportError::connect_failed, std::move(chosen).error());
  }
  connect({ErrorCode::connect_failed, "the host has no address"});
}

Result<void> Opening::choose_addresses() {
  Addresses& addresses = destination_.addresses;
  if (const std::string& path = settings_.options.unix_socket; !path.empty()) addresses = {path};
  if (settings_.sources.empty() || addresses.empty()) return {};
  std::erase_if(addresses, [this](const std::string& address) {
    return settings_.sources.find(family_of(address), destination_.turn) == nullptr;
  });
  if (!addresses.empty()) return {};
  return tl::unexpected(settings_.sources.family_error(destination_.host, destination_.port));
}

void Opening::connect(Error error) {
  Addresses& addresses = destination_.addresses;
  while (!addresses.empty()) {
    address_ = addresses.front();
    addresses.erase(addresses.begin());
    source_ = settings_.sources.find(family_of(address_), destination_.turn);
    auto opened = settings_.options.unix_socket.empty()
                      ? begin_connect(address_, destination_.port, source_)
                      : connect_to_unix_socket(address_);
    if (!opened) {
      error = std::move(opened).error();
      continue;
    }
    socket_ = *std::move(opened);
    loop::note_receive_times(socket_.get());
    is_connecting_ = true;
    watch_ = std::make_unique<loop::Poll>(loop_, socket_.get(), [this](int, int) { happened(); });
    watch_->want(UV_WRITABLE);
    if (!addresses.empty()) address_timer_.start(settings_.address_timeout);
    return;
  }
  fail(TransportError::connect_failed, std::move(error));
}

Error Opening::connect_failure(int error) const {
  return settings_.options.unix_socket.empty()
             ? connect_error(address_, destination_.port, source_, error)
             : unix_connect_error(address_, error);
}

void Opening::fail_address(int error) {
  retired_.add(std::move(watch_), std::move(socket_));
  is_connecting_ = false;
  address_timer_.stop();
  connect(connect_failure(error));
}

void Opening::happened() {
  if (has_ended_) return;
  if (watch_->status() != 0) return fail_address(-watch_->status());
  if (is_connecting_) return connected();
  send();
  read();
}

void Opening::connected() {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) return fail_address(error);
  address_timer_.stop();
  is_connecting_ = false;
  connected_ = Clock::now();
  if (destination_.is_tls) return begin_tls();
  end(Opened{.socket = {}, .tls = nullptr, .times = {.tcp = connected_ - begun_}});
}

void Opening::begin_tls() {
  auto context = settings_.tls.get(settings_.options);
  if (!context) return fail(TransportError::tls_failed, std::move(context).error());
  tls_ = std::make_unique<TlsStream>(*std::move(context), destination_.host, destination_.origin);
  shake({});
}

void Opening::read() {
  std::array<char, 16'384> buffer;
  while (!has_ended_) {
    const ssize_t length = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (length > 0) {
      shake({buffer.data(), static_cast<std::size_t>(length)});
    } else if (length < 0 && errno == EINTR) {
      continue;
    } else if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      return;
    } else {
      const std::string words =
          length == 0 ? "unexpected eof" : std::generic_category().message(errno);
      fail(TransportError::tls_failed, tls_error({.step = TlsStep::handshake, .words = words}));
    }
  }
}

void Opening::shake(std::string_view bytes) {
  const TlsStream::State state = tls_->shake(bytes);
  // After a failure the output has an alert for the server.
  send();
  if (state == TlsStream::State::failed) return fail(TransportError::tls_failed, tls_->error());
  if (state == TlsStream::State::reading) return;
  const TimePoint now = Clock::now();
  end(Opened{.socket = {},
             .tls = nullptr,
             .times = {.tcp = connected_ - begun_, .tls = now - connected_}});
}

// A failed send means that the server has closed the connection, which the next read finds.
void Opening::send() {
  std::string& output = tls_->output();
  if (output.empty()) return watch_->want(UV_READABLE);
  const ssize_t sent =
      ::send(socket_.get(), output.data(), output.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) output.erase(0, static_cast<std::size_t>(sent));
  watch_->want(output.empty() ? UV_READABLE : UV_READABLE | UV_WRITABLE);
}

void Opening::fail(TransportError error, Error why) {
  end(tl::unexpected(TransportEnd{error, std::move(why), Clock::now()}));
}

void Opening::end(OpenResult result) {
  if (has_ended_) return;
  has_ended_ = true;
  result_ = std::move(result);
  timer_.stop();
  address_timer_.stop();
  if (watch_) watch_->want(0);
  on_end_();
}

OpenResult Opening::take_result() {
  watch_.reset();
  if (result_) {
    result_->socket = std::move(socket_);
    result_->tls = std::move(tls_);
  }
  return std::move(result_);
}

Openings::Openings(loop::Loop& loop, const OpenSettings& settings, OnEnd on_end)
    : loop_(loop),
      retired_(loop),
      settings_(settings),
      on_end_(std::move(on_end)),
      tell_later_(loop, [this] { tell_ended(); }) {}

void Openings::begin(std::uint64_t number, Destination destination) {
  auto opening =
      std::make_unique<Opening>(loop_, retired_, std::move(destination), settings_, [this, number] {
        ended_.push_back(number);
        tell_later_.ask();
      });
  Opening& begun = *opening;
  openings_.emplace(number, std::move(opening));
  begun.begin();
}

void Openings::cancel(std::uint64_t number) {
  openings_.erase(number);
}

void Openings::tell_ended() {
  for (const std::uint64_t number : std::exchange(ended_, {})) {
    const auto found = openings_.find(number);
    if (found == openings_.end()) continue;
    OpenResult result = found->second->take_result();
    openings_.erase(found);
    on_end_(number, std::move(result));
  }
}

}  // namespace paceline::http::direct
