#include <programs/progress/progress_display.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <utility>

#include <programs/progress/progress_line.h>
#include <programs/progress/screen.h>
#include <programs/progress/terminal.h>

namespace paceline::programs::progress {
namespace {

constexpr std::chrono::milliseconds between_draws{250};
constexpr std::chrono::seconds between_sentences{10};

/// A thread without these signals is not stopped when it uses the terminal just as the program
/// comes into the background.
void block_terminal_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTTIN);
  sigaddset(&signals, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

std::shared_ptr<ProgressDisplay> ProgressDisplay::start(ProgressMode mode, int descriptor,
                                                        run::ShownRun run) {
  if (mode == ProgressMode::off) return nullptr;
  Form form = Form::line;
  if (mode == ProgressMode::screen) form = Form::screen;
  if (!can_clear(descriptor)) {
    const bool shows =
        mode == ProgressMode::on || (mode == ProgressMode::screen && is_terminal(descriptor));
    if (!shows) return nullptr;
    form = Form::sentences;
  }
  return std::shared_ptr<ProgressDisplay>(new ProgressDisplay(form, descriptor, std::move(run)));
}

ProgressDisplay::ProgressDisplay(Form form, int descriptor, run::ShownRun run)
    : form_(form),
      descriptor_(descriptor),
      run_(std::move(run)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      has_blocks_(has_utf8()),
      has_colour_(has_colour()),
      next_sentence_(Clock::now() + between_sentences),
      latency_(Clock::now()),
      stripes_(run_.parts) {
  if (form_ == Form::screen) terminal_.emplace(descriptor_, wake_.get());
  thread_ = std::thread([this] { show(); });
}

ProgressDisplay::~ProgressDisplay() {
  ProgressDisplay::end();
}

void ProgressDisplay::publish(std::size_t stripe, const run::Progress& progress) {
  // If the display holds the lock, the next progress replaces this one.
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock) stripes_[stripe] = Published{progress, Clock::now()};
}

void ProgressDisplay::end() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_ended_ = true;
  }
  wake();
  thread_.join();
  terminal_.reset();
}

void ProgressDisplay::wake() const {
  const std::uint64_t one = 1;
  // Without a descriptor the thread looks four times per second.
  static_cast<void>(!::write(wake_.get(), &one, sizeof one));
}

bool ProgressDisplay::is_ended() {
  const std::lock_guard lock(mutex_);
  return is_ended_;
}

void ProgressDisplay::show() {
  block_terminal_signals();
  for (TimePoint next = Clock::now() + between_draws; !is_ended(); next += between_draws) {
    // After a stop of the program, the missed draws are left out.
    next = std::max(next, Clock::now());
    wait_until(next);
    if (is_ended()) break;
    if (const auto progress = merged()) draw(*progress);
  }
  if (terminal_) terminal_->give_back();
  clear_line();
}

void ProgressDisplay::wait_until(TimePoint time) {
  while (!is_ended()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - Clock::now());
    if (left.count() <= 0) return;
    const bool has_keys = terminal_ && is_in_foreground(descriptor_);
    std::array<pollfd, 2> watched{pollfd{wake_.get(), POLLIN, 0},
                                  pollfd{has_keys ? terminal_->keys() : -1, POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), static_cast<int>(left.count())) <= 0) continue;
    std::uint64_t count = 0;
    static_cast<void>(!::read(wake_.get(), &count, sizeof count));
    if (!terminal_) continue;
    terminal_->stop_if_asked();
    if (watched[1].revents == 0) continue;
    const std::optional<char> key = terminal_->next_key();
    // A terminal that has hung up is always readable.
    if (!key) return std::this_thread::sleep_until(std::min(time, Clock::now() + between_draws));
    act_on(*key);
    if (const auto progress = merged()) draw(*progress);
  }
}

void ProgressDisplay::draw(const RunProgress& progress) {
  if (form_ == Form::sentences) {
    if (Clock::now() < next_sentence_) return;
    write_to(descriptor_, progress_sentence(progress) + "\n");
    next_sentence_ += between_sentences;
  } else if (terminal_ && is_controlling(descriptor_) && has_room(size_of(descriptor_))) {
    draw_screen(progress);
  } else {
    if (terminal_) terminal_->give_back();
    draw_line(progress);
  }
}

void ProgressDisplay::draw_line(const RunProgress& progress) {
  write_to(descriptor_, "\r" + progress_bar(progress, size_of(descriptor_).width) + "\x1b[K");
  has_line_ = true;
}

void ProgressDisplay::clear_line() {
  if (std::exchange(has_line_, false)) write_to(descriptor_, "\r\x1b[K");
}

void ProgressDisplay::draw_screen(const RunProgress& progress) {
  // In the background, the terminal belongs to another program.
  if (!is_in_foreground(descriptor_)) return;
  clear_line();
  terminal_->take();
  ScreenContent content{.run = progress,
                        .parallel = run_.parallel,
                        .number = run_.number,
                        .runs = run_.runs,
                        .seconds = latency_.seconds(),
                        .latency = latency_.counts(),
                        .keys = keys_text()};
  terminal_->draw(screen_lines(content, {size_of(descriptor_), has_blocks_, has_colour_}));
}

void ProgressDisplay::act_on(char key) {
  if (is_stopping_) return;
  if (key == 'q') {
    is_stopping_ = true;
    // As Ctrl-C does.
    ::kill(::getpid(), SIGINT);
  }
  if (!run_.rate_changes) return;
  // '=' is the key of '+' without Shift.
  if (key == '+' || key == '=') run_.rate_changes->ask(+1);
  if (key == '-') run_.rate_changes->ask(-1);
}

std::string ProgressDisplay::keys_text() const {
  if (is_stopping_) return "stopping: the requests in flight have a short time left";
  if (run_.rate_changes) return "q: stop   + -: change the rate by 10%";
  return run_.rpm > 0 ? "q: stop   the search sets the rate"
                      : "q: stop   no rate to change: the run is unpaced";
}

std::optional<RunProgress> ProgressDisplay::merged() {
  std::optional<run::Progress> whole;
  // A rate needs the times of the publications, not those of the draws: both happen several times
  // per second, but not together.
  std::chrono::nanoseconds mean_time{0};
  const auto stripes = static_cast<std::int64_t>(stripes_.size());
  {
    const std::lock_guard lock(mutex_);
    for (const std::optional<Published>& stripe : stripes_) {
      if (!stripe) return std::nullopt;
      mean_time += stripe->when.time_since_epoch() / stripes;
      if (whole) {
        whole->merge(stripe->progress);
      } else {
        whole = stripe->progress;
      }
    }
  }
  const TimePoint when(mean_time);
  rate_.add(when, whole->departures);
  tokens_.add(when, whole->tokens);
  latency_.add(Clock::now(), whole->latency);
  const double asked =
      run_.rate_changes ? run_.rate_changes->asked_rpm() : static_cast<double>(run_.rpm);
  return RunProgress{*whole, run_.name, asked, rate_.per_minute(), tokens_.per_minute() / 60};
}

}  // namespace paceline::programs::progress
