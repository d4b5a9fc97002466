#include <fmt/format.h>
#include <paceline/http/plain_connection.h>
#include <paceline/loop/receive_time.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <system_error>
#include <utility>

namespace paceline {
namespace {

// As libcurl has it: between two machines something may forget a connection without a word.
constexpr std::chrono::seconds most_idle{118};

}  // namespace

PlainConnection::PlainConnection(Loop& loop, Exchange& exchange, std::span<char> buffer,
                                 OnEnd on_end)
    : loop_(loop),
      exchange_(exchange),
      buffer_(buffer),
      on_end_(std::move(on_end)),
      reader_([this](std::string_view piece) { return take(piece); }) {}

bool PlainConnection::prepare() {
  reader_.begin();
  const Request& request = exchange_.request;
  if (request.url != url_ || request.headers != headers_ || request.method != method_) {
    url_ = request.url;
    headers_ = request.headers;
    method_ = request.method;
    std::optional<PlainRequest> made = plain_request(method_, url_, headers_.get());
    is_plain_ = made.has_value();
    if (!is_plain_) return false;
    wanted_origin_ = std::move(made->origin);
    head_ = std::move(made->head);
    same_head_ = head_.size();
  }
  if (is_plain_ && method_ == Method::post) {
    head_.resize(same_head_);
    fmt::format_to(std::back_inserter(head_), "{}\r\n\r\n", request.body.size());
  }
  return is_plain_;
}

bool PlainConnection::is_ready() const {
  return socket_.is_open() && origin_ == wanted_origin_ &&
         exchange_.reply.sent - last_used_ < most_idle;
}

void PlainConnection::open(Descriptor socket) {
  close();
  socket_ = std::move(socket);
  origin_ = wanted_origin_;
  is_kept_ = false;
  last_used_ = exchange_.reply.sent;
  watch_.emplace(loop_, socket_.get(),
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
  const std::string_view body = this->body();
  while (!is_sent()) {
    const std::size_t of_head = std::min(written_, head_.size());
    const std::size_t of_body = written_ - of_head;
    std::array<iovec, 2> parts{
        iovec{head_.data() + of_head, head_.size() - of_head},
        iovec{const_cast<char*>(body.data()) + of_body, body.size() - of_body}};
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
    written_ += static_cast<std::size_t>(sent);
  }
  watch_->want(is_sent() ? UV_READABLE : UV_READABLE | UV_WRITABLE);
}

std::string_view PlainConnection::body() const {
  if (method_ == Method::get) return {};
  return exchange_.request.body;
}

void PlainConnection::read() {
  const Received received = receive(socket_.get(), buffer_);
  if (received.length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  // The server has closed a kept connection, or speaks unasked.
  if (!is_busy_) return close();
  if (received.length <= 0) return lose(received.length < 0 ? errno : 0);
  received_ = received.when;
  const auto length = static_cast<std::size_t>(received.length);
  switch (reader_.take({buffer_.data(), length})) {
    case ReplyReader::State::reading:
      return;
    case ReplyReader::State::whole:
      return finish();
    case ReplyReader::State::refused:
      return fail(Transport::too_large, {});
    case ReplyReader::State::broken:
      return fail(Transport::other, fmt::format("the reply is not HTTP/1.1: {}", reader_.why()));
  }
}

bool PlainConnection::take(std::string_view piece) {
  exchange_.reply.status = reader_.status();
  return exchange_.take(piece, received_);
}

void PlainConnection::lose(int error) {
  received_.reset();
  if (!reader_.has_begun() && is_kept_) {
    close();
    return on_end_(exchange_, End::stale);
  }
  if (reader_.has_begun() && error == 0 && reader_.end() == ReplyReader::State::whole) {
    return finish();
  }
  const std::string when = reader_.has_begun() ? "before the reply's end" : "without a reply";
  if (error == 0) return fail(Transport::reset, "the server closed the connection " + when);
  fail(Transport::reset,
       fmt::format("the connection broke {}: {}", when, std::generic_category().message(error)));
}

void PlainConnection::finish() {
  exchange_.reply.status = reader_.status();
  exchange_.reply.http_version = reader_.version();
  exchange_.finish(received_ ? *received_ : Clock::now());
  is_busy_ = false;
  is_kept_ = true;
  last_used_ = exchange_.reply.done;
  // What is left of a request that was answered early would be taken for the next.
  if (!is_sent() || !reader_.keeps_connection()) close();
  on_end_(exchange_, End::done);
}

void PlainConnection::fail(Transport transport, std::string why) {
  if (reader_.has_begun()) exchange_.reply.http_version = reader_.version();
  exchange_.reply.status = reader_.status();
  close();
  exchange_.fail(transport, std::move(why), received_ ? *received_ : Clock::now());
  on_end_(exchange_, End::done);
}

}  // namespace paceline
