#include <endpoint/lingering_connections.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace paceline::endpoint {

using std::chrono::milliseconds;

LingeringConnections::LingeringConnections(loop::Loop& loop, milliseconds longest)
    : loop_(loop), longest_(longest), timer_(loop, [this] { close_ended(); }) {}

void LingeringConnections::add(loop::Descriptor connection) {
  if (!connection.is_open()) return;
  shutdown(connection.get(), SHUT_WR);
  if (lingering_.size() == most) lingering_.pop_front();
  Lingering& one = lingering_.emplace_back();
  one.connection = std::move(connection);
  one.until = Clock::now() + longest_;
  one.watch = std::make_unique<loop::Poll>(loop_, one.connection.get(),
                                           [this, &one](int, int) { drop_bytes(one); });
  one.watch->want(UV_READABLE);
  if (lingering_.size() == 1) timer_.start(longest_);
}

// Reads a bounded part, so that a client that sends fast does not delay the others.
void LingeringConnections::drop_bytes(Lingering& one) {
  constexpr int most_parts = 16;
  std::array<char, 16'384> part;
  ssize_t size = 1;
  for (int i = 0; i < most_parts && size > 0; ++i) {
    size = recv(one.connection.get(), part.data(), part.size(), MSG_DONTWAIT);
  }
  const bool waits = size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
  if (waits) return;
  // A watch must not be destroyed inside its own callback.
  one.has_ended = true;
  one.watch->want(0);
  timer_.start(milliseconds(0));
}

void LingeringConnections::close_ended() {
  const auto now = Clock::now();
  lingering_.remove_if([now](const Lingering& one) { return one.has_ended || one.until <= now; });
  if (lingering_.empty()) return;
  const auto left = std::chrono::ceil<milliseconds>(lingering_.front().until - now);
  timer_.start(std::max(left, milliseconds(1)));
}

}  // namespace paceline::endpoint
