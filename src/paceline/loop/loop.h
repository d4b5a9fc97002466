#pragma once

#include <uv.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include <paceline/clock.h>
#include <paceline/text/result.h>

namespace paceline::loop {

/// A libuv loop. Use the loop and its handles on one thread, except Wakeup::send(). Destroy every
/// handle before its loop, on the loop's thread.
class Loop {
 public:
  /// Fails when no descriptor is left: a loop opens up to six.
  static Result<std::unique_ptr<Loop>> make();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until stop() is called or no handle is active. The thread has a SchedulerSlice meanwhile.
  void run();
  /// Makes run() return after the current iteration. Other threads use a Wakeup instead.
  void stop();
  uv_loop_t* raw() { return loop_.get(); }

 private:
  explicit Loop(std::unique_ptr<uv_loop_t> loop) : loop_(std::move(loop)) {}

  std::unique_ptr<uv_loop_t> loop_;
};

/// The cores that this process may use; at least one.
std::size_t available_cores();

namespace detail {
/// Deletes a handle when libuv has closed it.
template <typename Handle>
struct CloseHandle {
  void operator()(Handle* handle) const {
    handle->data = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<Handle*>(closed); });
  }
};
}  // namespace detail

/// Owns a libuv handle, and closes it on its loop.
template <typename Handle>
using HandlePtr = std::unique_ptr<Handle, detail::CloseHandle<Handle>>;

/// Calls back once after a delay, in libuv's whole milliseconds: for timeouts, not for pacing.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> on_time);
  /// Starts the delay, or starts it again.
  void start(std::chrono::milliseconds delay);
  void stop();

 private:
  std::function<void()> on_time_;
  HandlePtr<uv_timer_t> timer_;
};

/// Calls back once, after the loop has handled the events of its current iteration and before the
/// loop waits for further events.
class DeferredCall {
 public:
  DeferredCall(Loop& loop, std::function<void()> on_end);
  void ask();
  void cancel();

 private:
  std::function<void()> on_end_;
  HandlePtr<uv_idle_t> idle_;
};

/// Calls back on the loop's thread after send() from any thread. Several sends may cause one call.
class Wakeup {
 public:
  Wakeup(Loop& loop, std::function<void()> on_wakeup);
  void send();

 private:
  std::function<void()> on_wakeup_;
  HandlePtr<uv_async_t> async_;
};

/// Watches a descriptor that another object owns. Destroy the watch before the descriptor is
/// closed.
class Poll {
 public:
  /// `status` is 0 or a negative libuv error. `events` are UV_READABLE | UV_WRITABLE.
  using OnEvents = std::function<void(int status, int events)>;

  /// If the system cannot watch the descriptor, `on_events` gets the error in the loop's next
  /// iteration, and no events.
  Poll(Loop& loop, int descriptor, OnEvents on_events);
  /// Waits for these events from now on. With 0 the watch stays ready and reports nothing.
  void want(int events);
  /// 0, or libuv's error if the system cannot watch the descriptor.
  int status() const { return status_; }

 private:
  OnEvents on_events_;
  /// nullptr if the system cannot watch the descriptor.
  HandlePtr<uv_poll_t> poll_;
  int wanted_ = 0;
  int status_ = 0;
  std::unique_ptr<DeferredCall> report_;
};

}  // namespace paceline::loop
