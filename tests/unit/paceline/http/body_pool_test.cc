#include <gtest/gtest.h>
#include <paceline/http/body_pool.h>

#include <string>

namespace paceline {
namespace {

TEST(SpareBodiesTest, MemoryIsUsedAgain) {
  BodyPool bodies;
  EXPECT_EQ(bodies.take(), "");
  bodies.give(std::string(1'000, 'x'));
  const std::string body = bodies.take();
  EXPECT_EQ(body, "");
  EXPECT_GE(body.capacity(), 1'000U);
}

TEST(SpareBodiesTest, NotMoreIsKeptThanItTakes) {
  constexpr std::size_t mib = 1U << 20U;
  BodyPool bodies;
  bodies.give(std::string(60 * mib, 'x'));
  EXPECT_LT(bodies.take().capacity(), mib);
  for (int i = 0; i < 100; ++i) bodies.give(std::string(mib, 'x'));
  std::size_t kept = 0;
  while (bodies.take().capacity() >= mib) ++kept;
  EXPECT_LE(kept, 16U);
  EXPECT_GE(kept, 15U);
}

}  // namespace
}  // namespace paceline
