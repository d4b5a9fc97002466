#include <gtest/gtest.h>
#include <paceline/http/response_memory.h>

namespace paceline {
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

}  // namespace
}  // namespace paceline
