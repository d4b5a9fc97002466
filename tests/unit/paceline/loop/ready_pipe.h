#pragma once

#include <gtest/gtest.h>
#include <paceline/loop/loop.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <optional>
#include <utility>

namespace paceline::loop {

/// A watch on a descriptor that has something to read, which tells of it once.
class ReadyPipe {
 public:
  ReadyPipe(Loop& loop, std::function<void()> on_ready) : on_ready_(std::move(on_ready)) {
    watch_.emplace(loop, open(), [this](int, int) {
      watch_->want(0);
      on_ready_();
    });
    watch_->want(UV_READABLE);
  }
  ~ReadyPipe() {
    watch_.reset();
    for (const int end : ends_) close(end);
  }
  ReadyPipe(const ReadyPipe&) = delete;
  ReadyPipe& operator=(const ReadyPipe&) = delete;

 private:
  int open() {
    EXPECT_EQ(pipe(ends_.data()), 0);
    EXPECT_EQ(write(ends_[1], ".", 1), 1);
    return ends_[0];
  }

  std::array<int, 2> ends_{};
  std::function<void()> on_ready_;
  std::optional<Poll> watch_;
};

}  // namespace paceline::loop
