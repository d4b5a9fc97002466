#pragma once

#include <cstdio>
#include <string_view>

namespace paceline {

/// Writes a text and flushes it. False when the stream did not take all of it, with errno set.
/// Text from outside passes a Gate first.
bool write_text(std::FILE* stream, std::string_view text) noexcept;

/// Writes each line of `text` to stderr, through a gate that knows no secret: for programs that
/// have none. Where stderr cannot be written there is nobody to tell.
void say_lines(std::string_view text) noexcept;

/// Opens /dev/null on the standard input, output and error that the program was started without.
/// Otherwise an event loop or a socket gets their numbers, and libuv ends the program.
/// To be called first in main().
void open_missing_standard_streams() noexcept;

}  // namespace paceline
