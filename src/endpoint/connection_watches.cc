#include <endpoint/connection_watches.h>
#include <paceline/loop/sockets.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

namespace paceline::endpoint {

using std::chrono::milliseconds;

namespace {

bool has_unread_bytes(int descriptor) {
  int count = 0;
  return ioctl(descriptor, FIONREAD, &count) == 0 && count > 0;
}

}  // namespace

IdleConnections::IdleConnections(loop::Loop& loop, milliseconds limit)
    : limit_(limit), timer_(loop, [this] { end_due(); }) {}

void IdleConnections::add(int descriptor) {
  if (limit_.count() == 0) return;
  remove(descriptor);
  places_[descriptor] = idle_.insert(idle_.end(), {descriptor, Clock::now() + limit_});
  if (idle_.size() == 1) wait_for_first();
}

void IdleConnections::remove(int descriptor) {
  const auto place = places_.find(descriptor);
  if (place == places_.end()) return;
  idle_.erase(place->second);
  places_.erase(place);
}

void IdleConnections::wait_for_first() {
  if (idle_.empty()) return;
  const auto left = std::chrono::ceil<milliseconds>(idle_.front().until - Clock::now());
  timer_.start(std::max(left, milliseconds(1)));
}

// The owner of the descriptor reads the end of the connection and closes the descriptor.
void IdleConnections::end_due() {
  const auto now = Clock::now();
  while (!idle_.empty() && idle_.front().until <= now) {
    const int descriptor = idle_.front().descriptor;
    remove(descriptor);
    if (has_unread_bytes(descriptor)) {
      add(descriptor);
    } else {
      shutdown(descriptor, SHUT_RDWR);
    }
  }
  wait_for_first();
}

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

ReceiveNotes::ReceiveNotes() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

void ReceiveNotes::add(ReceiveNote& note) {
  loop::note_receive_times(note.descriptor);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = &note;
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, note.descriptor, &event);
}

void ReceiveNotes::remove(const ReceiveNote& note) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, note.descriptor, nullptr);
}

void ReceiveNotes::look() {
  std::array<epoll_event, 256> events;
  int count = 0;
  do {
    count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
      auto& note = *static_cast<ReceiveNote*>(events[static_cast<std::size_t>(i)].data.ptr);
      note.when = loop::receive_time(note.descriptor);
    }
  } while (count == static_cast<int>(events.size()));
}

}  // namespace paceline::endpoint
