#pragma once

#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

#include <paceline/text/gate.h>

namespace paceline::text {

/// Writes a text and flushes the stream. False, with errno set, if not all of the text was written.
/// Pass text from outside through a Gate first.
bool write_text(std::FILE* stream, std::string_view text) noexcept;

/// Writes each line of `text` to stderr, through a gate without secrets; for programs that have no
/// secrets. Errors of stderr are ignored.
void say_lines(std::string_view text) noexcept;

/// Opens /dev/null as standard input, output or error if the program was started without one.
/// Otherwise a socket or an event loop would get that descriptor, and libuv would abort the
/// program. Call this first in main().
void open_missing_standard_streams() noexcept;

/// Prints lines for people on stderr. Every line passes the gate. For any thread.
class Console {
 public:
  /// `speaks`: whether the console prints. Of several processes of a program, one speaks.
  explicit Console(std::shared_ptr<const Gate> gate, bool speaks = true)
      : gate_(std::move(gate)), speaks_(speaks) {}

  /// Prints a line.
  void say(std::string_view line) const;
  /// Prints a sentence with the program's name before it.
  void warn(std::string_view sentence) const;

 private:
  std::shared_ptr<const Gate> gate_;
  bool speaks_;
};

}  // namespace paceline::text
