#include <endpoint/connections.h>
#include <endpoint/generator.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

#include "../test_loop.h"

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint arrived(1h);

class GeneratorTest : public testing::Test {
 protected:
  /// A request that arrives, for a response of three tokens.
  static void arrive(Request& request, bool streams) {
    request.arrived = arrived;
    request.first_token_time = 10ms;
    request.generation.tokens = 3;
    request.generation.streams = streams;
    request.format = streams ? &chat_format() : nullptr;
  }

  EndpointOptions connection_options_;
  std::atomic<bool> stopping_{false};
  TestLoop loop_;
  Connections connections_{loop_, connection_options_, stopping_};
  HeldRequests held_{loop_, connections_, stopping_};
};

TEST_F(GeneratorTest, AStreamIsDueWithItsFirstTokenAndAWholeResponseWithItsLast) {
  Generator generator({.token_time = 5ms}, held_);
  Request streamed;
  Request whole;
  arrive(streamed, true);
  arrive(whole, false);
  generator.enter(streamed);
  generator.enter(whole);
  EXPECT_EQ(streamed.due, arrived + 10ms);
  EXPECT_EQ(streamed.stream.due(), arrived + 10ms);
  EXPECT_EQ(whole.due, arrived + 20ms);
}

TEST_F(GeneratorTest, WithoutATokenTimeAWholeResponseIsDueWithItsFirstToken) {
  Generator generator({}, held_);
  Request whole;
  arrive(whole, false);
  generator.enter(whole);
  EXPECT_EQ(whole.due, arrived + 10ms);
}

TEST_F(GeneratorTest, ARequestThatWaitsBeginsWhenAnotherLeaves) {
  Generator generator({.concurrency = 1, .queue = 1}, held_);
  Request first;
  Request second;
  arrive(first, false);
  arrive(second, false);
  generator.enter(first);
  EXPECT_FALSE(generator.is_full());
  generator.enter(second);
  EXPECT_TRUE(generator.is_full());
  EXPECT_EQ(generator.running(), 1U);
  EXPECT_EQ(generator.waiting(), 1U);
  EXPECT_EQ(second.due, TimePoint::max());
  const auto before = Clock::now();
  generator.leave(first);
  EXPECT_GE(second.due, before + 10ms);
  EXPECT_LE(second.due, Clock::now() + 10ms);
  EXPECT_EQ(generator.waiting(), 0U);
  generator.leave(second);
  generator.leave(second);
  EXPECT_EQ(generator.running(), 0U);
}

}  // namespace
}  // namespace paceline::endpoint
