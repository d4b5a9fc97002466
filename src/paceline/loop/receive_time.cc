#include <paceline/loop/receive_time.h>
#include <paceline/loop/timespec.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstring>

namespace paceline::loop {
namespace {

/// The kernel's timestamps come from the calendar clock, which may be set. Only their distance from
/// the current time is used.
std::optional<TimePoint> on_our_clock(const timespec& noted) {
  const std::chrono::nanoseconds calendar = time_on(CLOCK_REALTIME);
  // Read last: a pause between the two makes the time later, up to now, and never too early.
  const TimePoint now = Clock::now();
  const std::chrono::nanoseconds age = calendar - from_timespec(noted);
  if (age.count() < 0) return std::nullopt;
  return now - age;
}

Received receive(int socket, std::span<char> into, int flags) {
  iovec bytes{into.data(), into.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> notes;
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = notes.data();
  message.msg_controllen = notes.size();
  Received received{recvmsg(socket, &message, flags | MSG_DONTWAIT), std::nullopt};
  if (received.length <= 0) return received;
  const cmsghdr* note = CMSG_FIRSTHDR(&message);
  if (note == nullptr || note->cmsg_type != SCM_TIMESTAMPNS) return received;
  timespec noted{};
  std::memcpy(&noted, CMSG_DATA(note), sizeof noted);
  received.when = on_our_clock(noted);
  return received;
}

}  // namespace

void note_receive_times(int socket) {
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

std::optional<TimePoint> receive_time(int socket) {
  // With MSG_TRUNC nothing is copied into the buffer, which is at least as long as what libcurl
  // reads at once.
  std::array<char, 65'536> unwritten;
  return receive(socket, unwritten, MSG_PEEK | MSG_TRUNC).when;
}

Received receive(int socket, std::span<char> into) {
  return receive(socket, into, 0);
}

}  // namespace paceline::loop
