#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include <paceline/clock.h>

namespace paceline {

/// Asks the kernel to note when bytes come in on a TCP socket: SO_TIMESTAMPNS, socket(7).
/// Without effect where there is no such thing.
void note_receive_times(int socket);

/// When the newest of the bytes that `socket` has to read came in, by the kernel's note, and so
/// free of how long they have waited for this process. Nothing where none wait or no note was
/// taken. Takes no byte away.
std::optional<TimePoint> receive_time(int socket);

/// What recv() gives, and when the newest of those bytes came in.
struct Received {
  /// 0 at the end, negative with errno set.
  std::ptrdiff_t length;
  std::optional<TimePoint> when;
};

/// Reads what a socket has, without waiting.
Received receive(int socket, std::span<char> into);

}  // namespace paceline
