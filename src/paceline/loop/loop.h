#pragma once

#include <uv.h>

#include <chrono>
#include <functional>
#include <memory>

#include <paceline/clock.h>

namespace paceline {

/// A libuv loop that closes what is left on it when it dies.
/// Every handle of this room must be destroyed before its loop, on the loop's thread.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until stop() is called or no handle is active; the thread has a SchedulerSlice meanwhile.
  void run();
  /// Runs one turn: waits for events and handles them.
  void run_once();
  /// Makes run() return after this turn. From the loop's thread only; see Wakeup for others.
  void stop();
  uv_loop_t* raw() { return &loop_; }

 private:
  uv_loop_t loop_;
};

namespace detail {
/// Deletes a handle when libuv has let go of it.
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

/// Calls back once after a delay, in libuv's whole milliseconds: for time-outs, not for pacing.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> on_time);
  /// Begins the delay anew.
  void start(std::chrono::milliseconds delay);
  void stop();

 private:
  std::function<void()> on_time_;
  HandlePtr<uv_timer_t> timer_;
};

/// Calls back on the loop's thread after send() from any thread; sends may merge into one call.
class Wakeup {
 public:
  Wakeup(Loop& loop, std::function<void()> on_wakeup);
  void send();

 private:
  std::function<void()> on_wakeup_;
  HandlePtr<uv_async_t> async_;
};

/// Watches a descriptor that somebody else owns. Destroy it before the descriptor is closed.
class Poll {
 public:
  /// `status` is 0 or a negative libuv error; `events` are UV_READABLE | UV_WRITABLE.
  using OnEvents = std::function<void(int status, int events)>;

  Poll(Loop& loop, int descriptor, OnEvents on_events);
  /// Asks for these events; 0 rests the watch but keeps it ready.
  void want(int events);

 private:
  OnEvents on_events_;
  HandlePtr<uv_poll_t> poll_;
  int wanted_ = 0;
};

}  // namespace paceline
