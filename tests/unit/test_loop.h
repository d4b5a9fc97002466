#pragma once

#include <paceline/loop/loop.h>

#include <memory>

namespace paceline {

/// A loop for a test.
class TestLoop {
 public:
  operator loop::Loop&() { return *loop_; }

  void run() { loop_->run(); }
  void stop() { loop_->stop(); }
  /// Waits for events and handles them once.
  void run_once() { uv_run(loop_->raw(), UV_RUN_ONCE); }

 private:
  std::unique_ptr<loop::Loop> loop_ = loop::Loop::make().value();
};

}  // namespace paceline
