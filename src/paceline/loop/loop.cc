#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>
#include <paceline/loop/timers.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace paceline::loop {

// libuv aborts the process when no descriptor is left for the pipe of its signal handlers, so the
// descriptors are tried beforehand.
Result<std::unique_ptr<Loop>> Loop::make() {
  constexpr std::size_t descriptors = 6;
  constexpr std::string_view purpose = "an event loop";
  if (const auto error = lacks_descriptors(descriptors)) return fail_to_open(purpose, *error);
  auto loop = std::make_unique<uv_loop_t>();
  if (const int status = uv_loop_init(loop.get()); status != 0) {
    return fail_to_open(purpose, -status);
  }
  return std::unique_ptr<Loop>(new Loop(std::move(loop)));
}

Loop::~Loop() {
  uv_run(raw(), UV_RUN_NOWAIT);
  [[maybe_unused]] const int status = uv_loop_close(raw());
  assert(status == 0 && "a handle outlived its loop");
}

void Loop::run() {
  const SchedulerSlice slice;
  uv_run(raw(), UV_RUN_DEFAULT);
}

void Loop::stop() {
  uv_stop(raw());
}

std::size_t available_cores() {
  return uv_available_parallelism();
}

Timer::Timer(Loop& loop, std::function<void()> on_time)
    : on_time_(std::move(on_time)), timer_(new uv_timer_t) {
  uv_timer_init(loop.raw(), timer_.get());
  timer_->data = this;
}

void Timer::start(std::chrono::milliseconds delay) {
  const auto fire = [](uv_timer_t* timer) {
    if (auto* self = static_cast<Timer*>(timer->data)) self->on_time_();
  };
  uv_timer_start(timer_.get(), fire, static_cast<std::uint64_t>(delay.count()), 0);
}

void Timer::stop() {
  uv_timer_stop(timer_.get());
}

DeferredCall::DeferredCall(Loop& loop, std::function<void()> on_end)
    : on_end_(std::move(on_end)), idle_(new uv_idle_t) {
  uv_idle_init(loop.raw(), idle_.get());
  idle_->data = this;
}

// While an idle handle is active, the loop does not wait for events. A check handle would be called
// sooner, but the loop would wait first when ask() was called outside of an event.
void DeferredCall::ask() {
  uv_idle_start(idle_.get(), [](uv_idle_t* idle) {
    uv_idle_stop(idle);
    if (auto* self = static_cast<DeferredCall*>(idle->data)) self->on_end_();
  });
}

void DeferredCall::cancel() {
  uv_idle_stop(idle_.get());
}

Wakeup::Wakeup(Loop& loop, std::function<void()> on_wakeup)
    : on_wakeup_(std::move(on_wakeup)), async_(new uv_async_t) {
  const auto wake = [](uv_async_t* async) {
    if (auto* self = static_cast<Wakeup*>(async->data)) self->on_wakeup_();
  };
  // The loop has opened the descriptor of all its wake-ups, so this cannot fail.
  [[maybe_unused]] const int status = uv_async_init(loop.raw(), async_.get(), wake);
  assert(status == 0);
  async_->data = this;
}

void Wakeup::send() {
  uv_async_send(async_.get());
}

Poll::Poll(Loop& loop, int descriptor, OnEvents on_events) : on_events_(std::move(on_events)) {
  auto handle = std::make_unique<uv_poll_t>();
  status_ = uv_poll_init(loop.raw(), handle.get(), descriptor);
  if (status_ != 0) {
    report_ = std::make_unique<DeferredCall>(loop, [this] { on_events_(status_, 0); });
    report_->ask();
    return;
  }
  poll_.reset(handle.release());
  poll_->data = this;
}

void Poll::want(int events) {
  if (events == wanted_ || !poll_) return;
  wanted_ = events;
  if (events == 0) {
    uv_poll_stop(poll_.get());
    return;
  }
  const auto happen = [](uv_poll_t* poll, int status, int happened) {
    auto* self = static_cast<Poll*>(poll->data);
    if (self == nullptr) return;
    // libuv ends a watch that met an error.
    if (status < 0) self->wanted_ = 0;
    self->on_events_(status, happened);
  };
  uv_poll_start(poll_.get(), events, happen);
}

}  // namespace paceline::loop
