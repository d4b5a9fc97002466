#pragma once

#include <functional>

#include <paceline/loop/loop.h>

namespace paceline {

/// Calls back once when the loop has handled what was there to handle in its turn, and before it
/// waits for more.
class DeferredCall {
 public:
  DeferredCall(Loop& loop, std::function<void()> on_end);
  void ask();
  void cancel();

 private:
  std::function<void()> on_end_;
  HandlePtr<uv_idle_t> idle_;
};

}  // namespace paceline
