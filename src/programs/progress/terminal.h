#pragma once

#include <cstddef>
#include <string_view>

namespace paceline::programs::progress {

/// Columns and lines of a terminal.
struct TerminalSize {
  std::size_t width = 80;
  std::size_t height = 24;
};

/// Whether the descriptor is a terminal.
bool is_terminal(int descriptor);

/// Whether the terminal acts on escape sequences. A terminal of the kind "dumb" does not.
bool can_clear(int terminal);

/// The size at the moment; 80 x 24 if the terminal does not tell.
TerminalSize size_of(int terminal);

/// Whether the environment has a UTF-8 locale (LC_ALL, LC_CTYPE or LANG).
bool has_utf8();

/// Whether the user allows colours: NO_COLOR is not set or empty (https://no-color.org/).
bool has_colour();

/// Whether the terminal controls this process, so that its keys reach this process.
bool is_controlling(int terminal);

/// Whether this process is in the foreground of the terminal that controls it. A process in the
/// background must neither read keys nor change the terminal.
bool is_in_foreground(int terminal);

/// Writes all of `text`. Errors are ignored, because a failure to write to the terminal cannot be
/// reported anywhere.
void write_to(int descriptor, std::string_view text);

}  // namespace paceline::programs::progress
