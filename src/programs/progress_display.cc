#include <programs/progress_display.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace paceline::programs {
namespace {

constexpr std::chrono::milliseconds between_looks{250};
constexpr std::chrono::seconds between_lines{10};

/// Whether the descriptor is a terminal that can clear a line.
bool can_clear(int descriptor) {
  const char* kind = std::getenv("TERM");
  return isatty(descriptor) == 1 && (kind == nullptr || std::string_view(kind) != "dumb");
}

std::size_t width_of(int terminal) {
  constexpr std::size_t usual = 80;
  winsize size{};
  return ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

}  // namespace

std::shared_ptr<ProgressDisplay> ProgressDisplay::start(ProgressMode mode, int descriptor,
                                                        gbench::ShownRun run) {
  if (mode == ProgressMode::off) return nullptr;
  const bool has_terminal = can_clear(descriptor);
  if (mode == ProgressMode::automatic && !has_terminal) return nullptr;
  return std::shared_ptr<ProgressDisplay>(
      new ProgressDisplay(descriptor, has_terminal, std::move(run)));
}

ProgressDisplay::ProgressDisplay(int descriptor, bool is_terminal, gbench::ShownRun run)
    : descriptor_(descriptor),
      is_terminal_(is_terminal),
      run_(std::move(run)),
      stripes_(run_.stripes),
      thread_([this] { show(); }) {}

ProgressDisplay::~ProgressDisplay() {
  ProgressDisplay::end();
}

void ProgressDisplay::publish(std::size_t stripe, const run::Progress& progress) {
  // If the display holds the lock, the next progress replaces this one.
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock) stripes_[stripe] = progress;
}

void ProgressDisplay::end() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_ended_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

void ProgressDisplay::show() {
  TimePoint next_line = Clock::now() + between_lines;
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, between_looks, [this] { return is_ended_; })) {
    const auto progress = merged();
    if (!progress) continue;
    lock.unlock();
    if (is_terminal_) {
      write("\r" + progress_bar(*progress, width_of(descriptor_)) + "\x1b[K");
    } else if (Clock::now() >= next_line) {
      write(progress_sentence(*progress) + "\n");
      next_line += between_lines;
    }
    lock.lock();
  }
  if (is_terminal_) write("\r\x1b[K");
}

std::optional<RunProgress> ProgressDisplay::merged() {
  std::optional<run::Progress> whole;
  for (const std::optional<run::Progress>& stripe : stripes_) {
    if (!stripe) return std::nullopt;
    if (whole) {
      whole->merge(*stripe);
    } else {
      whole = stripe;
    }
  }
  rate_.add(Clock::now(), whole->departures);
  return RunProgress{*whole, run_.name, run_.rpm, rate_.rpm()};
}

void ProgressDisplay::write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    // A failure to write to the terminal cannot be reported anywhere.
    if (written < 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace paceline::programs
