#include <paceline/loop/loop.h>
#include <paceline/loop/scheduler_slice.h>

#include <cassert>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace paceline {
namespace {

// These fail only when the process is out of descriptors or memory, where no run can go on.
void must(int status, const char* what) {
  if (status == 0) return;
  std::fprintf(stderr, "paceline: %s failed: %s; raise the limit on open files (ulimit -n)\n", what,
               uv_strerror(status));
  std::abort();
}

}  // namespace

Loop::Loop() {
  must(uv_loop_init(&loop_), "opening an event loop");
}

Loop::~Loop() {
  uv_run(&loop_, UV_RUN_NOWAIT);
  [[maybe_unused]] const int status = uv_loop_close(&loop_);
  assert(status == 0 && "a handle outlived its loop");
}

void Loop::run() {
  const SchedulerSlice slice;
  uv_run(&loop_, UV_RUN_DEFAULT);
}

void Loop::run_once() {
  uv_run(&loop_, UV_RUN_ONCE);
}

void Loop::stop() {
  uv_stop(&loop_);
}

Timer::Timer(Loop& loop, std::function<void()> on_time)
    : on_time_(std::move(on_time)), timer_(new uv_timer_t) {
  must(uv_timer_init(loop.raw(), timer_.get()), "making a timer");
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

Wakeup::Wakeup(Loop& loop, std::function<void()> on_wakeup)
    : on_wakeup_(std::move(on_wakeup)), async_(new uv_async_t) {
  const auto wake = [](uv_async_t* async) {
    if (auto* self = static_cast<Wakeup*>(async->data)) self->on_wakeup_();
  };
  must(uv_async_init(loop.raw(), async_.get(), wake), "making a wake-up");
  async_->data = this;
}

void Wakeup::send() {
  uv_async_send(async_.get());
}

Poll::Poll(Loop& loop, int descriptor, OnEvents on_events)
    : on_events_(std::move(on_events)), poll_(new uv_poll_t) {
  must(uv_poll_init(loop.raw(), poll_.get(), descriptor), "watching a socket");
  poll_->data = this;
}

void Poll::want(int events) {
  if (events == wanted_) return;
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
  must(uv_poll_start(poll_.get(), events, happen), "watching a socket");
}

}  // namespace paceline
