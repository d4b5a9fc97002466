#include <paceline/loop/blocking_sleep.h>

#include <utility>

#ifdef __linux__
#include <sys/prctl.h>

#include <ctime>
#else
#include <thread>
#endif

namespace paceline {
namespace {

#ifdef __linux__

/// This thread's timer slack in ns, by which the kernel may prolong its sleeps; the one before.
int change_slack(int slack) {
  const int before = prctl(PR_GET_TIMERSLACK);
  prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(slack));
  return before;
}

void sleep_until(TimePoint when) {
  const auto since = when.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
  timespec at{};
  at.tv_sec = seconds.count();
  at.tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds).count();
  // A signal cuts it short.
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) != 0 &&
         Clock::now() < when) {
  }
}

#else

int change_slack(int slack) {
  return slack;
}

void sleep_until(TimePoint when) {
  std::this_thread::sleep_until(when);
}

#endif

}  // namespace

BlockingSleep::BlockingSleep(Loop& loop, std::function<void()> on_time)
    : on_time_(std::move(on_time)), idle_(new uv_idle_t), slack_before_(change_slack(1)) {
  uv_idle_init(loop.raw(), idle_.get());
  idle_->data = this;
}

BlockingSleep::~BlockingSleep() {
  change_slack(slack_before_);
}

// While an idle handle is active, the loop looks for events without waiting for them.
void BlockingSleep::until(TimePoint when) {
  when_ = when;
  uv_idle_start(idle_.get(), [](uv_idle_t* idle) {
    if (auto* self = static_cast<BlockingSleep*>(idle->data)) self->sleep();
  });
}

void BlockingSleep::cancel() {
  uv_idle_stop(idle_.get());
}

void BlockingSleep::sleep() {
  cancel();
  sleep_until(when_);
  on_time_();
}

}  // namespace paceline
