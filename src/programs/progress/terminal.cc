#include <programs/progress/terminal.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <paceline/text/strings.h>

namespace paceline::programs::progress {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

bool is_terminal(int descriptor) {
  return isatty(descriptor) == 1;
}

bool can_clear(int terminal) {
  return is_terminal(terminal) && variable("TERM") != "dumb";
}

TerminalSize size_of(int terminal) {
  winsize size{};
  if (ioctl(terminal, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row};
}

bool has_utf8() {
  std::string_view locale;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (locale.empty()) locale = variable(name);
  }
  const std::string_view encoding = locale.substr(std::min(locale.find('.'), locale.size()));
  return text::starts_with_ignoring_case(encoding, ".utf-8") ||
         text::starts_with_ignoring_case(encoding, ".utf8");
}

bool has_colour() {
  return variable("NO_COLOR").empty();
}

bool is_controlling(int terminal) {
  return tcgetpgrp(terminal) != -1;
}

bool is_in_foreground(int terminal) {
  return tcgetpgrp(terminal) == getpgrp();
}

void write_to(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace paceline::programs::progress
