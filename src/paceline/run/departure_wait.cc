#include <paceline/run/departure_wait.h>

#include <utility>

namespace paceline {
namespace {

// Longer than a timerfd is usually late, so that spinning takes up what is left.
constexpr std::chrono::microseconds spin_time{60};

}  // namespace

DepartureWait::DepartureWait(Loop& loop, Precision precision, std::function<void()> on_departure)
    : precision_(precision),
      on_departure_(std::move(on_departure)),
      timer_(loop, [this] { ring(); }),
      alarm_(loop, [this] { ring(); }),
      nap_(loop, [this] { ring(); }) {}

void DepartureWait::until(TimePoint when, bool replies_can_wait) {
  when_ = when;
  switch (precision_) {
    case Precision::timer:
      timer_.start(std::chrono::ceil<std::chrono::milliseconds>(when - Clock::now()));
      return;
    case Precision::fine:
      wait(when, replies_can_wait);
      return;
    case Precision::spin:
      wait(when - spin_time, replies_can_wait);
      return;
  }
}

void DepartureWait::wait(TimePoint when, bool replies_can_wait) {
  if (replies_can_wait && when - Clock::now() <= Nap::longest) {
    alarm_.cancel();
    nap_.until(when);
  } else {
    nap_.cancel();
    alarm_.set(when);
  }
}

void DepartureWait::ring() {
  if (precision_ == Precision::spin) {
    while (Clock::now() < when_) {
    }
  }
  on_departure_();
}

}  // namespace paceline
