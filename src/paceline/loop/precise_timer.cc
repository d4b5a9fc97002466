#include <paceline/loop/precise_timer.h>
#include <paceline/loop/timespec.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <utility>

namespace paceline::loop {

Result<std::unique_ptr<PreciseTimer>> PreciseTimer::make(Loop& loop,
                                                         std::function<void()> on_time) {
  constexpr std::string_view purpose = "a timer";
  Descriptor opened(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!opened.is_open()) return fail_to_open(purpose, errno);
  std::unique_ptr<PreciseTimer> timer(
      new PreciseTimer(loop, std::move(opened), std::move(on_time)));
  if (timer->watch_.status() != 0) return fail_to_open(purpose, -timer->watch_.status());
  return timer;
}

PreciseTimer::PreciseTimer(Loop& loop, Descriptor timer, std::function<void()> on_time)
    : on_time_(std::move(on_time)),
      timer_(std::move(timer)),
      watch_(loop, timer_.get(), [this](int, int) { expire(); }) {
  watch_.want(UV_READABLE);
}

void PreciseTimer::set(TimePoint when) {
  if (when_ == when) return;
  when_ = when;
  arm(when);
}

// The timerfd stays armed: an expiry that is not needed is cheaper than a system call.
void PreciseTimer::cancel() {
  when_.reset();
}

void PreciseTimer::arm(TimePoint when) {
  if (armed_ == when) return;
  armed_ = when;
  itimerspec at{};
  // A zero time would disarm the timerfd.
  at.it_value = to_timespec(std::max(when.time_since_epoch(), Clock::duration(1)));
  timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &at, nullptr);
}

void PreciseTimer::expire() {
  armed_.reset();
  ring();
  // Arming the timerfd again has cleared the expiry. Otherwise the loop would report it for ever.
  if (armed_) return;
  std::uint64_t expiries = 0;
  [[maybe_unused]] const auto got = read(timer_.get(), &expiries, sizeof(expiries));
}

void PreciseTimer::ring() {
  if (!when_) return;
  if (Clock::now() < *when_) {
    arm(*when_);
    return;
  }
  when_.reset();
  on_time_();
}

}  // namespace paceline::loop
