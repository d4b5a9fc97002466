#include <paceline/run/departure_timer.h>

#include <utility>

namespace paceline::run {
namespace {

// A timerfd is usually late by less than this, so the rest of the wait is spinning.
constexpr std::chrono::microseconds spin_time{60};

}  // namespace

Result<std::unique_ptr<DepartureTimer>> DepartureTimer::make(loop::Loop& loop, Precision precision,
                                                             std::function<void()> on_departure) {
  std::unique_ptr<DepartureTimer> made(
      new DepartureTimer(loop, precision, std::move(on_departure)));
  if (precision == Precision::timer) return made;
  auto timer = loop::PreciseTimer::make(loop, [self = made.get()] { self->ring(); });
  if (!timer) return tl::unexpected(std::move(timer).error());
  made->precise_timer_ = std::move(*timer);
  return made;
}

DepartureTimer::DepartureTimer(loop::Loop& loop, Precision precision,
                               std::function<void()> on_departure)
    : precision_(precision),
      on_departure_(std::move(on_departure)),
      timer_(loop, [this] { ring(); }),
      sleep_(loop, [this] { ring(); }) {}

void DepartureTimer::until(TimePoint when, bool can_defer_reads) {
  when_ = when;
  switch (precision_) {
    case Precision::timer:
      timer_.start(std::chrono::ceil<std::chrono::milliseconds>(when - Clock::now()));
      return;
    case Precision::fine:
      wait(when, can_defer_reads);
      return;
    case Precision::spin:
      wait(when - spin_time, can_defer_reads);
      return;
  }
}

void DepartureTimer::wait(TimePoint when, bool can_defer_reads) {
  if (can_defer_reads && when - Clock::now() <= loop::BlockingSleep::longest) {
    precise_timer_->cancel();
    sleep_.until(when);
  } else {
    sleep_.cancel();
    precise_timer_->set(when);
  }
}

void DepartureTimer::ring() {
  if (precision_ == Precision::spin) {
    while (Clock::now() < when_) {
    }
  }
  on_departure_();
}

}  // namespace paceline::run
