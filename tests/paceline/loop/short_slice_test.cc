#include <gtest/gtest.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/short_slice.h>

#include <chrono>
#include <optional>

namespace paceline {
namespace {

using namespace std::chrono_literals;

TEST(ShortSlice, IsThisThreadsWhileItLives) {
  const auto before = ShortSlice::current();
  if (!before) GTEST_SKIP() << "this system has no slices of a thread's own";
  {
    const ShortSlice slice;
    EXPECT_EQ(ShortSlice::current(), 100us);
  }
  EXPECT_EQ(ShortSlice::current(), before);
}

TEST(ShortSlice, IsThatOfARunningLoop) {
  if (!ShortSlice::current()) GTEST_SKIP() << "this system has no slices of a thread's own";
  Loop loop;
  std::optional<std::chrono::nanoseconds> inside;
  Timer timer(loop, [&] {
    inside = ShortSlice::current();
    loop.stop();
  });
  timer.start(1ms);
  loop.run();
  EXPECT_EQ(inside, 100us);
}

}  // namespace
}  // namespace paceline
