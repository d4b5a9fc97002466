#include <paceline/loop/blocking_sleep.h>
#include <paceline/loop/timespec.h>
#include <sys/prctl.h>

#include <utility>

namespace paceline::loop {
namespace {

/// Sets this thread's timer slack in ns, by which the kernel may prolong sleeps, and returns the
/// slack before.
int change_slack(int slack) {
  const int before = prctl(PR_GET_TIMERSLACK);
  prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(slack));
  return before;
}

void sleep_until(TimePoint when) {
  const timespec at = to_timespec(when.time_since_epoch());
  // A signal ends the sleep early.
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) != 0 &&
         Clock::now() < when) {
  }
}

}  // namespace

BlockingSleep::BlockingSleep(Loop& loop, std::function<void()> on_time)
    : on_time_(std::move(on_time)),
      sleep_(loop, [this] { sleep(); }),
      slack_before_(change_slack(1)) {}

BlockingSleep::~BlockingSleep() {
  change_slack(slack_before_);
}

void BlockingSleep::until(TimePoint when) {
  when_ = when;
  sleep_.ask();
}

void BlockingSleep::cancel() {
  sleep_.cancel();
}

void BlockingSleep::sleep() {
  sleep_until(when_);
  on_time_();
}

}  // namespace paceline::loop
