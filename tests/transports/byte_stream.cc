#include "byte_stream.h"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace paceline::http {

StopSignal::StopSignal() : event_(eventfd(0, EFD_CLOEXEC)) {}

void StopSignal::raise() const {
  eventfd_write(event_.get(), 1);
}

StopSignal::Waited StopSignal::wait(std::span<const pollfd> events, TimePoint until) const {
  std::vector<pollfd> polled{{event_.get(), POLLIN, 0}};
  polled.insert(polled.end(), events.begin(), events.end());
  while (true) {
    int timeout = -1;
    if (until != TimePoint::max()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
      timeout = static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
    }
    const int ready = poll(polled.data(), polled.size(), timeout);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Waited::too_late;
    return polled.front().revents != 0 ? Waited::stopped : Waited::ready;
  }
}

void ByteStream::reset() {
  const linger at_once{1, 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  drop();
}

void ByteStream::pause(std::chrono::milliseconds time) const {
  stop_.wait({}, Clock::now() + time);
}

std::optional<std::size_t> PlainStream::read(std::span<char> into, TimePoint until) {
  while (is_open()) {
    const ssize_t length = recv(descriptor(), into.data(), into.size(), MSG_DONTWAIT);
    if (length >= 0) return static_cast<std::size_t>(length);
    if (errno != EAGAIN && errno != EINTR) return 0;
    const StopSignal::Waited waited = wait(POLLIN, until);
    if (waited == StopSignal::Waited::too_late) return std::nullopt;
    if (waited == StopSignal::Waited::stopped) return 0;
  }
  return 0;
}

bool PlainStream::write(std::string_view bytes) {
  while (is_open() && !bytes.empty()) {
    const ssize_t length =
        send(descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (length >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(length));
    } else if (errno != EINTR) {
      if (errno != EAGAIN || wait(POLLOUT) != StopSignal::Waited::ready) return false;
    }
  }
  return bytes.empty();
}

}  // namespace paceline::http
