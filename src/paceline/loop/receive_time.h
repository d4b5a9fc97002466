#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include <paceline/clock.h>

namespace paceline::loop {

/// Asks the kernel to note when bytes arrive on a TCP socket: SO_TIMESTAMPNS, socket(7).
void note_receive_times(int socket);

/// When the newest of the unread bytes of `socket` arrived, by the kernel's note. The time does not
/// depend on how long the bytes have waited for this process. Nothing where no bytes wait or the
/// kernel took no note. Reads no byte.
std::optional<TimePoint> receive_time(int socket);

/// The result of recv(), and when the newest of the bytes arrived.
struct Received {
  /// 0 at the end, negative with errno set.
  std::ptrdiff_t length;
  std::optional<TimePoint> when;
};

/// Reads the bytes that a socket has, without waiting.
Received receive(int socket, std::span<char> into);

}  // namespace paceline::loop
