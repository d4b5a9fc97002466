#include <paceline/loop/timers.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <utility>

namespace paceline::loop {
namespace {

/// Sets this thread's timer slack in ns, by which the kernel may prolong sleeps, and returns the
/// previous slack.
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
  // Arming the timerfd again has cleared the expiry. Otherwise the loop would report it forever.
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

namespace {

/// The kernel's struct sched_attr in its first version. The C library has none before 2.41, and the
/// kernel's own header conflicts with <sched.h>.
struct SchedulingAttributes {
  std::uint32_t size = 48;
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};
static_assert(sizeof(SchedulingAttributes) == 48);

std::optional<SchedulingAttributes> attributes() {
  SchedulingAttributes found;
  if (syscall(SYS_sched_getattr, 0, &found, sizeof found, 0) != 0) return std::nullopt;
  // With other policies `runtime` is not a slice.
  if (found.policy != SCHED_OTHER || found.runtime == 0) return std::nullopt;
  return found;
}

/// Returns the previous slice; nothing if the slice could not be changed.
std::optional<std::chrono::nanoseconds> change_slice(std::chrono::nanoseconds slice) {
  std::optional<SchedulingAttributes> wanted = attributes();
  if (!wanted) return std::nullopt;
  const std::chrono::nanoseconds before(wanted->runtime);
  wanted->runtime = static_cast<std::uint64_t>(slice.count());
  if (syscall(SYS_sched_setattr, 0, &*wanted, 0) != 0) return std::nullopt;
  return before;
}

}  // namespace

std::optional<std::chrono::nanoseconds> SchedulerSlice::current() {
  const std::optional<SchedulingAttributes> found = attributes();
  if (!found) return std::nullopt;
  return std::chrono::nanoseconds(found->runtime);
}

SchedulerSlice::SchedulerSlice() : before_(change_slice(std::chrono::microseconds(100))) {}

SchedulerSlice::~SchedulerSlice() {
  if (before_) change_slice(*before_);
}

}  // namespace paceline::loop
