#pragma once

#include <optional>

#include <paceline/loop/loop.h>

namespace paceline {

/// Asks the kernel to note when bytes come in on a TCP socket: SO_TIMESTAMPNS, socket(7).
/// Without effect where there is no such thing.
void note_receive_times(int socket);

/// When the newest of the bytes that `socket` has to read came in, by the kernel's note, and so
/// free of how long they have waited for this process. Nothing where none wait or no note was
/// taken. Takes no byte away.
std::optional<TimePoint> receive_time(int socket);

}  // namespace paceline
