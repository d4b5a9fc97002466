#include <gtest/gtest.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/turn_end.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace paceline {
namespace {

using namespace std::chrono_literals;

/// A watch on a descriptor that has something to read.
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
  std::optional<SocketWatch> watch_;
};

class TurnEndTest : public testing::Test {
 protected:
  Loop loop_;
  std::string story_;
  TurnEnd end_{loop_, [this] {
                 story_ += "end ";
                 loop_.stop();
               }};
};

TEST_F(TurnEndTest, ComesOnceAfterAllThatHappened) {
  const auto happen = [this] {
    story_ += "event ";
    end_.ask();
  };
  ReadyPipe first(loop_, happen);
  ReadyPipe second(loop_, happen);
  loop_.run();
  EXPECT_EQ(story_, "event event end ");
}

TEST_F(TurnEndTest, DoesNotWaitForEvents) {
  Timer soon(loop_, [this] { end_.ask(); });
  Timer late(loop_, [this] {
    story_ += "late ";
    loop_.stop();
  });
  soon.start(1ms);
  late.start(20s);
  loop_.run();
  EXPECT_EQ(story_, "end ");
}

TEST_F(TurnEndTest, CanBeCancelled) {
  end_.ask();
  end_.cancel();
  Timer later(loop_, [this] { loop_.stop(); });
  later.start(1ms);
  loop_.run();
  EXPECT_EQ(story_, "");
}

}  // namespace
}  // namespace paceline
