#include <paceline/http/direct/wire.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace paceline::http::direct {
namespace {

constexpr std::size_t read_at_once = 65'536;

/// The most that is encrypted before the system has taken it.
constexpr std::size_t encrypted_at_once = 65'536;

bool would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

Wire::Shared::Shared(loop::Loop& its_loop)
    : loop(its_loop), retired(its_loop), buffer(read_at_once), decrypted(read_at_once) {}

Wire::Wire(Opened opened, Shared& shared, Owner& owner)
    : shared_(shared),
      owner_(owner),
      tls_(std::move(opened.tls)),
      socket_(std::move(opened.socket)),
      watch_(std::make_unique<loop::Poll>(
          shared.loop, socket_.get(),
          [this](int status, int events) { happened(status, events); })) {
  watch_->want(UV_READABLE);
}

Wire::~Wire() {
  close();
}

void Wire::begin() {
  if (tls_) decrypt({}, std::nullopt);
}

void Wire::close() {
  if (tls_ && is_open()) {
    tls_->end();
    send_output();
  }
  shared_.retired.add(std::move(watch_), std::move(socket_));
}

void Wire::lose(Loss loss) {
  close();
  owner_.lost(std::move(loss));
}

void Wire::happened(int status, int events) {
  if (!is_open()) return;
  if (watch_->status() != 0) {
    return lose({.reason = std::generic_category().message(-watch_->status()), .is_cut = true});
  }
  if ((events & UV_WRITABLE) != 0 && send_output()) {
    watch_->want(UV_READABLE);
    owner_.writable();
  }
  if (events == UV_WRITABLE || !is_open()) return;
  // libuv has ended the watch. Reading the rest of the data leads to the error and its errno.
  if (status < 0) watch_->want(UV_READABLE);
  read();
}

void Wire::read() {
  const loop::Received received = loop::receive(socket_.get(), shared_.buffer);
  if (received.length < 0 && would_block(errno)) return;
  if (received.length < 0) {
    return lose({.reason = std::generic_category().message(errno), .is_cut = true});
  }
  if (received.length == 0) return lose({.is_cut = tls_ != nullptr});
  const std::string_view bytes(shared_.buffer.data(), static_cast<std::size_t>(received.length));
  tls_ ? decrypt(bytes, received.when) : owner_.received(bytes, received.when);
}

void Wire::decrypt(std::string_view bytes, std::optional<TimePoint> when) {
  const bool has_waited = !is_drained();
  tls_->take(bytes);
  std::optional<std::size_t> length;
  do {
    length = tls_->read(shared_.decrypted);
    if (!length) {
      send_output();
      Loss loss{.reason = tls_->words(), .is_cut = true};
      if (tls_->lacks_certificate()) loss.tls = tls_->error();
      return lose(std::move(loss));
    }
    if (*length > 0) owner_.received({shared_.decrypted.data(), *length}, when);
    if (!is_open()) return;
  } while (*length == shared_.decrypted.size() || tls_->has_failed());
  if (tls_->has_ended()) return lose({});
  if (send_output() && has_waited && is_drained()) owner_.writable();
}

std::size_t Wire::write(std::span<const iovec> parts) {
  if (!tls_) return write_plain(parts);
  if (!is_drained()) return 0;
  // One text makes one record.
  std::string& text = shared_.text;
  text.clear();
  for (const iovec& part : parts) {
    text.append(static_cast<const char*>(part.iov_base),
                std::min(part.iov_len, encrypted_at_once - text.size()));
  }
  tls_->write(text);
  send_output();
  return text.size();
}

// A failed send means that the server has closed the connection. Reading then finds the error,
// after any response that the server sent before.
std::size_t Wire::write_plain(std::span<const iovec> parts) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  std::size_t left = 0;
  for (const iovec& part : parts) left += part.iov_len;
  const ssize_t sent = sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent == static_cast<ssize_t>(left)) return left;
  const bool has_failed = sent < 0 && !would_block(errno);
  watch_->want(has_failed ? UV_READABLE : UV_READABLE | UV_WRITABLE);
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

bool Wire::send_output() {
  if (!tls_) return true;
  std::string& output = tls_->output();
  if (output.empty()) return true;
  const ssize_t sent =
      ::send(socket_.get(), output.data(), output.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent == static_cast<ssize_t>(output.size())) {
    output.clear();
    return true;
  }
  const bool has_failed = sent < 0 && !would_block(errno);
  if (sent > 0) output.erase(0, static_cast<std::size_t>(sent));
  watch_->want(has_failed ? UV_READABLE : UV_READABLE | UV_WRITABLE);
  return false;
}

}  // namespace paceline::http::direct
