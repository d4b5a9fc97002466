#include <fcntl.h>
#include <paceline/text/console.h>
#include <paceline/text/gate.h>

#include <algorithm>
#include <new>
#include <string>

namespace paceline::text {

bool write_text(std::FILE* stream, std::string_view text) noexcept {
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stream) == text.size();
  return std::fflush(stream) == 0 && is_written;
}

void say_lines(std::string_view text) noexcept {
  try {
    const Gate gate;
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      write_text(stderr, gate.shown(line) + '\n');
      text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
  } catch (const std::bad_alloc&) {
    write_text(stderr, "out of memory\n");
  }
}

void open_missing_standard_streams() noexcept {
  for (const int descriptor : {0, 1, 2}) {
    // open() returns the lowest free descriptor, which is this one.
    if (fcntl(descriptor, F_GETFD) == -1) {
      static_cast<void>(::open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY));
    }
  }
}

void Console::say(std::string_view line) const {
  if (!speaks_) return;
  // A failure to write to stderr cannot be reported anywhere.
  static_cast<void>(write_text(stderr, gate_->shown(line) + '\n'));
}

void Console::warn(std::string_view sentence) const {
  say("paceline: " + std::string(sentence));
}

}  // namespace paceline::text
