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
      alarm_(loop, [this] { ring(); }) {}

void DepartureWait::until(TimePoint when) {
  when_ = when;
  switch (precision_) {
    case Precision::timer:
      timer_.start(std::chrono::ceil<std::chrono::milliseconds>(when - Clock::now()));
      return;
    case Precision::fine:
      alarm_.set(when);
      return;
    case Precision::spin:
      alarm_.set(when - spin_time);
      return;
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
