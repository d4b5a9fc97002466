#include <gtest/gtest.h>
#include <paceline/loop/deferred_call.h>
#include <paceline/loop/loop.h>

#include <chrono>
#include <string>

#include "ready_pipe.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

class DeferredCallTest : public testing::Test {
 protected:
  Loop loop_;
  std::string story_;
  DeferredCall end_{loop_, [this] {
                      story_ += "end ";
                      loop_.stop();
                    }};
};

TEST_F(DeferredCallTest, ComesOnceAfterAllThatHappened) {
  const auto happen = [this] {
    story_ += "event ";
    end_.ask();
  };
  ReadyPipe first(loop_, happen);
  ReadyPipe second(loop_, happen);
  loop_.run();
  EXPECT_EQ(story_, "event event end ");
}

TEST_F(DeferredCallTest, DoesNotWaitForEvents) {
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

TEST_F(DeferredCallTest, CanBeCancelled) {
  end_.ask();
  end_.cancel();
  Timer later(loop_, [this] { loop_.stop(); });
  later.start(1ms);
  loop_.run();
  EXPECT_EQ(story_, "");
}

}  // namespace
}  // namespace paceline
