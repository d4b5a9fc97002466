#include <paceline/loop/descriptor.h>
#include <paceline/loop/precise_timer.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

#if __has_include(<sys/timerfd.h>)
#include <sys/timerfd.h>
#include <unistd.h>
#define PACELINE_HAS_TIMERFD
#endif

namespace paceline {

#ifdef PACELINE_HAS_TIMERFD

class PreciseTimer::Source {
 public:
  Source(Loop& loop, PreciseTimer& owner)
      : owner_(owner),
        descriptor_(open()),
        watch_(loop, descriptor_.get(), [this](int, int) { expire(); }) {
    watch_.want(UV_READABLE);
  }

  void arm(TimePoint when) {
    if (armed_ == when) return;
    armed_ = when;
    using std::chrono::nanoseconds;
    // A zero time would disarm the descriptor.
    const auto since = std::max(when.time_since_epoch(), Clock::duration(1));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
    itimerspec at{};
    at.it_value.tv_sec = seconds.count();
    at.it_value.tv_nsec = std::chrono::duration_cast<nanoseconds>(since - seconds).count();
    timerfd_settime(descriptor_.get(), TFD_TIMER_ABSTIME, &at, nullptr);
  }

 private:
  static int open() {
    const int descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (descriptor >= 0) return descriptor;
    std::perror("paceline: making a timer failed; raise the limit on open files (ulimit -n)");
    std::abort();
  }

  void expire() {
    armed_.reset();
    owner_.ring();
    // Arming it anew has cleared the expiry; otherwise it would be reported for ever.
    if (armed_) return;
    std::uint64_t expiries = 0;
    [[maybe_unused]] const auto got = read(descriptor_.get(), &expiries, sizeof(expiries));
  }

  PreciseTimer& owner_;
  Descriptor descriptor_;
  std::optional<TimePoint> armed_;
  Poll watch_;
};

#else

class PreciseTimer::Source {
 public:
  Source(Loop& loop, PreciseTimer& owner)
      : owner_(owner), timer_(loop, [this] { arm(armed_); }), idle_(new uv_idle_t) {
    uv_idle_init(loop.raw(), idle_.get());
    idle_->data = this;
  }

  void arm(TimePoint when) {
    armed_ = when;
    timer_.stop();
    uv_idle_stop(idle_.get());
    const auto left = std::chrono::floor<std::chrono::milliseconds>(when - Clock::now());
    if (left.count() > 0) {
      timer_.start(left);
      return;
    }
    uv_idle_start(idle_.get(), [](uv_idle_t* idle) {
      if (auto* self = static_cast<Source*>(idle->data)) self->look();
    });
  }

 private:
  void look() {
    if (Clock::now() < armed_) return;
    uv_idle_stop(idle_.get());
    owner_.ring();
  }

  PreciseTimer& owner_;
  TimePoint armed_;
  Timer timer_;
  HandlePtr<uv_idle_t> idle_;
};

#endif

PreciseTimer::PreciseTimer(Loop& loop, std::function<void()> on_time)
    : on_time_(std::move(on_time)), source_(std::make_unique<Source>(loop, *this)) {}

PreciseTimer::~PreciseTimer() = default;

void PreciseTimer::set(TimePoint when) {
  if (when_ == when) return;
  when_ = when;
  source_->arm(when);
}

// The source stays armed: an expiry that nobody wants any more is cheaper than a system call.
void PreciseTimer::cancel() {
  when_.reset();
}

void PreciseTimer::ring() {
  if (!when_) return;
  if (Clock::now() < *when_) {
    source_->arm(*when_);
    return;
  }
  when_.reset();
  on_time_();
}

}  // namespace paceline
