#include <programs/progress/live_terminal.h>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <programs/progress/terminal.h>

namespace paceline::programs::progress {
namespace {

// The alternate screen keeps the output of earlier runs, which comes back when the screen ends.
constexpr std::string_view begin_screen = "\x1b[?1049h\x1b[?25l\x1b[2J";
constexpr std::string_view end_screen = "\x1b[0m\x1b[?25h\x1b[?1049l";

// What signal handlers need. There is one terminal.
std::atomic<int> taken_terminal{-1};
std::atomic<int> wake_descriptor{-1};
std::atomic<bool> is_stop_asked{false};
std::atomic<bool> was_continued{false};
// The modes that the terminal had before; written before taken_terminal.
std::atomic<bool> has_modes{false};
termios modes_before;

/// Sets modes, also in the background, where the change would otherwise stop the program.
void set_modes(int terminal, const termios& modes) noexcept {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  tcsetattr(terminal, TCSANOW, &modes);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// Restores the terminal, and has the signal act as it does without a handler.
void on_crash(int signal) {
  restore_terminal();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void on_stop_key(int) {
  const int error = errno;
  is_stop_asked = true;
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_descriptor, &one, sizeof one));
  errno = error;
}

void on_continue(int) {
  was_continued = true;
}

}  // namespace

void restore_terminal() noexcept {
  const int error = errno;
  const int terminal = taken_terminal.exchange(-1);
  if (terminal >= 0) {
    static_cast<void>(!::write(terminal, end_screen.data(), end_screen.size()));
    if (has_modes) set_modes(terminal, modes_before);
  }
  errno = error;
}

LiveTerminal::LiveTerminal(int terminal, int wake) : terminal_(terminal) {
  [[maybe_unused]] static const int at_exit = std::atexit(restore_terminal);
  wake_descriptor = wake;
  has_modes = false;
  is_stop_asked = false;
  replace(SIGTSTP, on_stop_key);
  replace(SIGCONT, on_continue);
  for (const int crash : {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV}) {
    replace(crash, on_crash);
  }
}

LiveTerminal::~LiveTerminal() {
  give_back();
  for (const Replaced& replaced : replaced_) {
    sigaction(replaced.signal, &replaced.before, nullptr);
  }
  wake_descriptor = -1;
}

void LiveTerminal::replace(int signal, void (*handler)(int)) {
  Replaced replaced{signal, {}};
  // A program that handles or ignores the signal continues to do so.
  if (sigaction(signal, nullptr, &replaced.before) != 0) return;
  if ((replaced.before.sa_flags & SA_SIGINFO) != 0 || replaced.before.sa_handler != SIG_DFL) return;
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  if (sigaction(signal, &action, nullptr) == 0) replaced_.push_back(replaced);
}

void LiveTerminal::take() {
  if (is_taken_ && !was_continued.exchange(false)) return;
  was_continued = false;
  if (!keys_.is_open()) {
    // A description of its own, so that reading without waiting does not concern other programs.
    keys_ = loop::Descriptor(::open("/dev/tty", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  }
  if (!has_modes) has_modes = tcgetattr(terminal_, &modes_before) == 0;
  taken_terminal = terminal_;
  if (has_modes) {
    termios modes = modes_before;
    // ISIG stays, so that Ctrl-C and Ctrl-Z are signals.
    modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    set_modes(terminal_, modes);
  }
  write_to(terminal_, begin_screen);
  is_taken_ = true;
}

void LiveTerminal::give_back() {
  if (!is_taken_) return;
  is_taken_ = false;
  restore_terminal();
}

void LiveTerminal::draw(const std::vector<std::string>& lines) const {
  std::string frame = "\x1b[H";
  for (const std::string& line : lines) {
    if (&line != &lines.front()) frame += "\r\n";
    frame += line + "\x1b[K";
  }
  write_to(terminal_, frame + "\x1b[J");
}

std::optional<char> LiveTerminal::next_key() const {
  char key = 0;
  if (!is_taken_ || !keys_.is_open() || ::read(keys_.get(), &key, 1) != 1) return std::nullopt;
  return key;
}

void LiveTerminal::stop_if_asked() {
  if (!is_stop_asked.exchange(false)) return;
  give_back();
  struct sigaction handled {};
  sigaction(SIGTSTP, nullptr, &handled);
  std::signal(SIGTSTP, SIG_DFL);
  // Stops the whole program here.
  std::raise(SIGTSTP);
  sigaction(SIGTSTP, &handled, nullptr);
}

}  // namespace paceline::programs::progress
