#include <fcntl.h>
#include <gtest/gtest.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "../../few_descriptors.h"
#include "../../test_loop.h"
#include "ready_pipe.h"

namespace paceline::loop {
namespace {

using namespace std::chrono_literals;

TEST(LoopTest, WithoutDescriptorsThereIsNone) {
  if (sanitizer_needs_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors";
  for (unsigned count = 0; count < 12; ++count) {
    EXPECT_TRUE(with_few_descriptors(count, [count] {
      const auto loop = Loop::make();
      if (loop) return count >= 6;
      return loop.error().code == ErrorCode::no_descriptor &&
             loop.error().message == "no descriptor for an event loop: Too many open files";
    })) << count;
  }
}

TEST(PollTest, AFileThatCannotBeWatchedIsReportedOnce) {
  TestLoop loop;
  const Descriptor file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  std::vector<std::pair<int, int>> reports;
  Poll poll(loop, file.get(),
            [&](int status, int events) { reports.emplace_back(status, events); });
  poll.want(UV_READABLE);
  EXPECT_TRUE(reports.empty());
  loop.run_once();
  poll.want(0);
  EXPECT_EQ(reports, (std::vector<std::pair<int, int>>{{UV_EPERM, 0}}));
  EXPECT_EQ(poll.status(), UV_EPERM);
}

class DeferredCallTest : public testing::Test {
 protected:
  TestLoop loop_;
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
}  // namespace paceline::loop
