#include <fmt/format.h>
#include <paceline/http/direct/begin_connect.h>
#include <paceline/http/direct/direct_connection.h>
#include <paceline/http/unix_socket.h>
#include <paceline/loop/sockets.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

namespace paceline::http::direct {
namespace {

// libcurl's default. A middlebox may drop an idle connection silently.
constexpr std::chrono::seconds most_idle{118};

iovec bytes_of(std::string_view text) {
  return {const_cast<char*>(text.data()), text.size()};
}

void skip(std::size_t bytes, std::span<iovec> parts) {
  for (iovec& part : parts) {
    const std::size_t of_part = std::min(bytes, part.iov_len);
    part.iov_base = static_cast<char*>(part.iov_base) + of_part;
    part.iov_len -= of_part;
    bytes -= of_part;
  }
}

}  // namespace

Result<void> DirectConnection::send(std::shared_ptr<const RequestHead> head,
                                    std::span<const Resolver::Known> hosts) {
  const std::uint64_t moves = hosts.empty() ? 0 : hosts.front().moves;
  const bool is_open = is_ready(*head, moves);
  head_ = std::move(head);
  is_busy_ = true;
  is_sent_ = false;
  written_ = 0;
  if (is_open) {
    write();
    return {};
  }
  close();
  is_busy_ = true;
  moves_ = moves;
  if (!shared_.unix_socket.empty()) {
    addresses_ = {shared_.unix_socket};
  } else {
    addresses_ = hosts.empty() ? head_->addresses : *hosts.front().addresses;
  }
  return connect({ErrorCode::connect_failed, "the host has no address"});
}

bool DirectConnection::is_ready(const RequestHead& head, std::uint64_t moves) {
  return socket_.is_open() && !is_connecting_ && moves == moves_ && origin_ == head.origin &&
         exchange_.response.sent - last_used_ < most_idle;
}

Result<void> DirectConnection::connect(Error error) {
  while (!addresses_.empty()) {
    const std::string address = addresses_.front();
    addresses_.erase(addresses_.begin());
    auto opened = shared_.unix_socket.empty() ? begin_connect(address, head_->target->port)
                                              : connect_to_unix_socket(address);
    if (!opened) {
      error = std::move(opened).error();
      continue;
    }
    socket_ = *std::move(opened);
    loop::note_receive_times(socket_.get());
    is_connecting_ = true;
    address_ = address;
    watch_ = std::make_unique<loop::Poll>(
        shared_.loop, socket_.get(), [this](int status, int events) { happened(status, events); });
    watch_->want(UV_WRITABLE);
    if (!addresses_.empty()) start_connect_timer();
    return {};
  }
  is_busy_ = false;
  return tl::unexpected(std::move(error));
}

void DirectConnection::start_connect_timer() {
  if (!connect_timer_) {
    connect_timer_ = std::make_unique<loop::Timer>(shared_.loop, [this] {
      if (is_connecting_) fail_address(ETIMEDOUT);
    });
  }
  connect_timer_->start(shared_.connect_timeout);
}

void DirectConnection::connected() {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) return fail_address(error);
  if (connect_timer_) connect_timer_->stop();
  is_connecting_ = false;
  is_kept_ = false;
  origin_ = head_->origin;
  received_.reset();
  last_used_ = exchange_.response.sent;
  write();
}

void DirectConnection::fail_address(int error) {
  shared_.retired.add(std::move(watch_), std::move(socket_));
  is_connecting_ = false;
  auto next =
      connect(shared_.unix_socket.empty() ? connect_error(address_, head_->target->port, error)
                                          : unix_connect_error(address_, error));
  if (!next) fail(TransportError::connect_failed, std::move(next).error());
}

void DirectConnection::close() {
  shared_.retired.add(std::move(watch_), std::move(socket_));
  if (connect_timer_) connect_timer_->stop();
  is_busy_ = false;
  is_connecting_ = false;
}

bool DirectConnection::can_defer_read() const {
  return is_connected() && is_sent_ && received_.has_value() && !exchange_.request.is_streamed;
}

void DirectConnection::happened(int status, int events) {
  if (watch_->status() != 0) return fail_address(-watch_->status());
  if (is_connecting_) return connected();
  if ((events & UV_WRITABLE) != 0) write();
  if (events == UV_WRITABLE) return;
  // Reading the rest of the data leads to the error and its errno.
  if (status < 0) watch_->want(UV_READABLE);
  read();
}

// A failed send means that the server has closed the connection. Reading then finds the error,
// after any response that the server sent before.
void DirectConnection::write() {
  const std::string_view head = head_->text;
  std::array<char, 32> length_line;
  std::size_t length_size = 0;
  std::string_view body;
  if (exchange_.request.method == Method::post) {
    body = exchange_.request.body;
    length_size =
        fmt::format_to_n(length_line.data(), length_line.size(), "{}\r\n\r\n", body.size()).size;
  }
  std::array<iovec, 3> parts{bytes_of(head), bytes_of({length_line.data(), length_size}),
                             bytes_of(body)};
  std::size_t left = head.size() + length_size + body.size() - written_;
  skip(written_, parts);
  while (left > 0) {
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t sent = sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (sent < 0) {
      watch_->want(UV_READABLE);
      return;
    }
    skip(static_cast<std::size_t>(sent), parts);
    written_ += static_cast<std::size_t>(sent);
    left -= static_cast<std::size_t>(sent);
  }
  is_sent_ = left == 0;
  watch_->want(is_sent_ ? UV_READABLE : UV_READABLE | UV_WRITABLE);
}

void DirectConnection::read() {
  std::vector<char>& buffer = shared_.buffer;
  const loop::Received received = loop::receive(socket_.get(), buffer);
  if (received.length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  // The server has closed a kept connection, or sent an unrequested response.
  if (!is_busy_) return close();
  if (received.length <= 0) return lose(received.length < 0 ? errno : 0);
  received_ = received.when;
  if (!parser_) begin_response();
  switch (parser_->take({buffer.data(), static_cast<std::size_t>(received.length)})) {
    case ResponseParser::State::reading:
      return;
    case ResponseParser::State::whole:
      return finish();
    case ResponseParser::State::refused:
      return fail(TransportError::too_large, {});
    case ResponseParser::State::broken:
      return fail(TransportError::malformed,
                  {ErrorCode::malformed_response,
                   fmt::format("the response is not HTTP/1.1: {}", parser_->why())});
  }
}

void DirectConnection::begin_response() {
  parser_ = shared_.parsers.take();
  if (!parser_) parser_ = std::make_unique<ResponseParser>();
  parser_->begin([this](std::string_view piece) { return take(piece); });
}

std::optional<std::string_view> DirectConnection::find(const char* name) const {
  if (!parser_) return std::nullopt;
  return parser_->header(name);
}

void DirectConnection::drop_response() {
  if (parser_) shared_.parsers.give(std::move(parser_));
}

bool DirectConnection::take(std::string_view piece) {
  exchange_.response.status = parser_->status();
  exchange_.response.headers = this;
  return shared_.sink.take(exchange_, piece, received_);
}

void DirectConnection::lose(int error) {
  received_.reset();
  if (!parser_ && is_kept_) {
    return fail(TransportError::reset,
                {ErrorCode::connection_reset, "the server closed the kept connection"}, true);
  }
  if (parser_ && error == 0 && parser_->end() == ResponseParser::State::whole) {
    return finish();
  }
  const std::string when = parser_ ? "before the response's end" : "without a response";
  std::string why = error == 0 ? "the server closed the connection " + when
                               : fmt::format("the connection broke {}: {}", when,
                                             std::generic_category().message(error));
  fail(TransportError::reset, {ErrorCode::connection_reset, std::move(why)});
}

void DirectConnection::finish() {
  Response& response = exchange_.response;
  response.status = parser_->status();
  response.http_version = parser_->version();
  response.headers = this;
  const TimePoint ended = received_ ? *received_ : Clock::now();
  is_busy_ = false;
  is_kept_ = true;
  last_used_ = ended;
  // After an early response, the server would take the next request for the unsent rest of this
  // one.
  if (!is_sent_ || !parser_->keeps_connection() || !shared_.reuses) close();
  shared_.sink.end(exchange_, {TransportError::ok, {}, ended});
}

void DirectConnection::fail(TransportError error, Error why, bool is_unprocessed) {
  if (parser_) {
    exchange_.response.http_version = parser_->version();
    exchange_.response.status = parser_->status();
    exchange_.response.headers = this;
  }
  const TimePoint ended = received_ ? *received_ : Clock::now();
  close();
  shared_.sink.end(exchange_, {error, std::move(why), ended, is_unprocessed});
}

}  // namespace paceline::http::direct
