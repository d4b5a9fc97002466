#include <gtest/gtest.h>
#include <paceline/http/response_collector.h>

#include <string>

namespace paceline::http {
namespace {

TEST(ResponseMemoryTest, BeyondTheLimitTheLongestIsNamed) {
  ResponseMemory memory(100, 3);
  EXPECT_EQ(memory.hold(0, 40), std::nullopt);
  EXPECT_EQ(memory.hold(1, 50), std::nullopt);
  EXPECT_EQ(memory.hold(2, 10), std::nullopt);
  EXPECT_EQ(memory.hold(2, 11), 1U);
  memory.release(1);
  EXPECT_EQ(memory.total(), 51U);
  EXPECT_EQ(memory.hold(2, 20), std::nullopt);
  EXPECT_EQ(memory.hold(2, 90), 2U);
}

TEST(ResponseMemoryTest, WhatIsHeldIsCountedOnce) {
  ResponseMemory memory(100, 1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(memory.hold(0, 60), std::nullopt);
  EXPECT_EQ(memory.hold(0, 30), std::nullopt);
  EXPECT_EQ(memory.total(), 30U);
}

TEST(BodyPoolTest, MemoryIsUsedAgain) {
  BodyPool bodies;
  EXPECT_EQ(bodies.take(), "");
  bodies.give(std::string(1'000, 'x'));
  const std::string body = bodies.take();
  EXPECT_EQ(body, "");
  EXPECT_GE(body.capacity(), 1'000U);
}

TEST(BodyPoolTest, NotMoreIsKeptThanItTakes) {
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
}  // namespace paceline::http
