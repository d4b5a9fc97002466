#include <fmt/format.h>
#include <paceline/stats/run_tally.h>
#include <paceline/text/numbers.h>
#include <programs/progress_display.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

namespace paceline::programs {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds shortest_window{1};
constexpr seconds longest_window{10};
constexpr std::uint64_t enough_departures = 10;

std::string clock_text(double in_seconds) {
  const auto total = static_cast<std::uint64_t>(std::ceil(in_seconds));
  const std::uint64_t hours = total / 3600;
  const std::uint64_t minutes = total / 60 % 60;
  if (hours == 0) return fmt::format("{}:{:02}", minutes, total % 60);
  return fmt::format("{}:{:02}:{:02}", hours, minutes, total % 60);
}

std::string left_text(const RunProgress& run) {
  // At the start and in a stall, the run's own rate is the best estimate.
  const double rpm = run.recent_rpm > 0 ? run.recent_rpm : static_cast<double>(run.rpm);
  const double waiting = run.so_far.retry_in ? stats::seconds_of(*run.so_far.retry_in) : 0;
  if (rpm <= 0) return waiting > 0 ? clock_text(waiting) + " left" : "";
  return clock_text(std::max(waiting, 60 * static_cast<double>(run.so_far.left) / rpm)) + " left";
}

std::string rate_text(const RunProgress& run) {
  if (run.rpm == 0) return fmt::format("{:.0f} RPM", run.recent_rpm);
  return fmt::format("{:.0f} of {} RPM", run.recent_rpm, run.rpm);
}

std::string done_text(const run::Progress& progress) {
  if (progress.is_warming_up) return "warm-up";
  return fmt::format("{} of {}", progress.ended, progress.planned);
}

/// A figure and its rank: figures with the highest rank are left out first.
struct Figure {
  std::string text;
  int dispensable;
};

std::vector<Figure> figures_of(const RunProgress& run) {
  const run::Progress& progress = run.so_far;
  std::vector<Figure> figures{{done_text(progress), 0}};
  if (std::string left = left_text(run); !left.empty()) figures.push_back({std::move(left), 1});
  if (progress.retry_in) {
    figures.push_back({fmt::format("waiting {:.0f} s for a retry",
                                   std::ceil(stats::seconds_of(*progress.retry_in))),
                       0});
  }
  figures.push_back({rate_text(run), 3});
  figures.push_back({fmt::format("{} in flight", progress.in_flight), 6});
  if (progress.p50 > nanoseconds(0)) {
    figures.push_back({"p50 " + text::time_text(progress.p50), 5});
    figures.push_back({"p99 " + text::time_text(progress.p99), 2});
  }
  figures.push_back(
      {fmt::format("{} error{}", progress.failed, progress.failed == 1 ? "" : "s"), 4});
  return figures;
}

std::string joined(const std::vector<Figure>& figures, const char* separator) {
  std::string line;
  for (const Figure& figure : figures) {
    if (!line.empty()) line += separator;
    line += figure.text;
  }
  return line;
}

double share_done(const run::Progress& progress) {
  if (progress.planned == 0) return 0;
  return static_cast<double>(progress.ended) / static_cast<double>(progress.planned);
}

std::string bar_of(double share, std::size_t length) {
  const auto full = static_cast<std::size_t>(share * static_cast<double>(length));
  return "[" + std::string(full, '#') + std::string(length - full, '-') + "]  ";
}

}  // namespace

void RecentRate::add(TimePoint now, std::uint64_t departures) {
  counts_.push_back({now, departures});
  const auto second_is_enough = [&] {
    const Count& second = counts_[1];
    return now - second.when >= longest_window ||
           (now - second.when >= shortest_window &&
            departures - second.departures >= enough_departures);
  };
  while (counts_.size() > 2 && second_is_enough()) counts_.pop_front();
}

double RecentRate::rpm() const {
  if (counts_.size() < 2) return 0;
  const std::chrono::duration<double, std::ratio<60>> minutes =
      counts_.back().when - counts_.front().when;
  const std::uint64_t departures = counts_.back().departures - counts_.front().departures;
  return minutes.count() > 0 ? static_cast<double>(departures) / minutes.count() : 0;
}

std::string progress_bar(const RunProgress& run, std::size_t width) {
  constexpr std::size_t shortest_bar = 10;
  constexpr std::size_t longest_bar = 30;
  constexpr std::size_t around_bar = 4;
  // A cursor in the last column would wrap on some terminals.
  const std::size_t room = width > 0 ? width - 1 : 0;
  std::vector<Figure> figures = figures_of(run);
  std::string line = joined(figures, "  ");
  while (figures.size() > 1 && line.size() + shortest_bar + around_bar > room) {
    figures.erase(std::max_element(figures.begin(), figures.end(),
                                   [](const Figure& one, const Figure& other) {
                                     return one.dispensable < other.dispensable;
                                   }));
    line = joined(figures, "  ");
  }
  if (line.size() + shortest_bar + around_bar <= room) {
    const std::size_t length = std::min(longest_bar, room - line.size() - around_bar);
    line.insert(0, bar_of(share_done(run.so_far), length));
  }
  return line.substr(0, room);
}

std::string progress_sentence(const RunProgress& run) {
  return fmt::format("{}: {:.0f}%, {}", run.name, std::floor(100 * share_done(run.so_far)),
                     joined(figures_of(run), ", "));
}

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
