#include <fmt/format.h>
#include <paceline/http/plain_connection.h>
#include <paceline/loop/receive_time.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <span>
#include <system_error>
#include <utility>

namespace paceline {
namespace {

// As libcurl has it: between two machines something may forget a connection without a word.
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

bool PlainConnection::prepare() {
  request_ = shared_.requests.find(exchange_.request);
  return request_ != nullptr;
}

bool PlainConnection::is_ready(std::uint64_t moves) {
  const bool has_moved = std::exchange(moves_, moves) != moves;
  return socket_.is_open() && !has_moved &&
         (opened_for_ == request_ || opened_for_->origin == request_->origin) &&
         exchange_.reply.sent - last_used_ < most_idle;
}

void PlainConnection::open(Descriptor socket) {
  close();
  socket_ = std::move(socket);
  opened_for_ = request_;
  is_kept_ = false;
  received_.reset();
  last_used_ = exchange_.reply.sent;
  watch_.emplace(shared_.loop, socket_.get(),
                 [this](int status, int events) { happened(status, events); });
  watch_->want(UV_READABLE);
}

void PlainConnection::close() {
  watch_.reset();
  socket_.reset();
  is_busy_ = false;
}

void PlainConnection::send() {
  is_busy_ = true;
  is_sent_ = false;
  written_ = 0;
  write();
}

void PlainConnection::happened(int status, int events) {
  if ((events & UV_WRITABLE) != 0) write();
  if (events == UV_WRITABLE) return;
  // Behind what is left to read an error says what it is.
  if (status < 0) watch_->want(UV_READABLE);
  read();
}

// A connection that the server has ended takes no more; reading tells of it, and of a reply that
// the server may have sent before.
void PlainConnection::write() {
  const std::string_view head = request_->head;
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

void PlainConnection::read() {
  std::vector<char>& buffer = shared_.buffer;
  const Received received = receive(socket_.get(), buffer);
  if (received.length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  // The server has closed a kept connection, or speaks unasked.
  if (!is_busy_) return close();
  if (received.length <= 0) return lose(received.length < 0 ? errno : 0);
  received_ = received.when;
  if (!reader_) begin_reply();
  switch (reader_->take({buffer.data(), static_cast<std::size_t>(received.length)})) {
    case ReplyReader::State::reading:
      return;
    case ReplyReader::State::whole:
      return finish();
    case ReplyReader::State::refused:
      return fail(Transport::too_large, {});
    case ReplyReader::State::broken:
      return fail(Transport::malformed,
                  fmt::format("the reply is not HTTP/1.1: {}", reader_->why()));
  }
}

void PlainConnection::begin_reply() {
  reader_ = shared_.readers.take();
  if (!reader_) reader_ = std::make_unique<ReplyReader>();
  reader_->begin([this](std::string_view piece) { return take(piece); });
}

std::optional<std::string_view> PlainConnection::header(std::string_view name) const {
  if (!reader_) return std::nullopt;
  return reader_->header(name);
}

void PlainConnection::drop_reply() {
  if (reader_) shared_.readers.give(std::move(reader_));
}

bool PlainConnection::take(std::string_view piece) {
  exchange_.reply.status = reader_->status();
  return exchange_.take(piece, received_);
}

void PlainConnection::lose(int error) {
  received_.reset();
  if (!reader_ && is_kept_) {
    close();
    return shared_.on_end(exchange_, End::stale);
  }
  if (reader_ && error == 0 && reader_->end() == ReplyReader::State::whole) {
    return finish();
  }
  const std::string when = reader_ ? "before the reply's end" : "without a reply";
  if (error == 0) return fail(Transport::reset, "the server closed the connection " + when);
  fail(Transport::reset,
       fmt::format("the connection broke {}: {}", when, std::generic_category().message(error)));
}

void PlainConnection::finish() {
  exchange_.reply.status = reader_->status();
  exchange_.reply.http_version = reader_->version();
  exchange_.finish(received_ ? *received_ : Clock::now());
  is_busy_ = false;
  is_kept_ = true;
  last_used_ = exchange_.reply.done;
  // What is left of a request that was answered early would be taken for the next.
  if (!is_sent_ || !reader_->keeps_connection()) close();
  shared_.on_end(exchange_, End::done);
}

void PlainConnection::fail(Transport transport, std::string why) {
  if (reader_) {
    exchange_.reply.http_version = reader_->version();
    exchange_.reply.status = reader_->status();
  }
  close();
  exchange_.fail(transport, std::move(why), received_ ? *received_ : Clock::now());
  shared_.on_end(exchange_, End::done);
}

}  // namespace paceline
