#include <gtest/gtest.h>
#include <paceline/workload/drawn_sessions.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <vector>

namespace paceline::workload {
namespace {

using namespace std::chrono_literals;

ChatSession with_turns(double mean, double stddev) {
  return {.turns = mean, .turns_stddev = stddev};
}

TEST(DrawnSessionsTest, WithoutADeviationAllHaveTheMean) {
  DrawnSessions sessions(with_turns(4, 0));
  for (const std::uint64_t item : {0U, 3U, 4U, 7U, 400'000'003U, 5U}) {
    EXPECT_EQ(sessions.session_of(item), item / 4);
    EXPECT_EQ(sessions.first_item(item / 4), item / 4 * 4);
  }
}

TEST(DrawnSessionsTest, EveryItemBelongsToTheSessionAroundIt) {
  DrawnSessions sessions(with_turns(5, 3));
  std::vector<std::uint64_t> firsts;
  for (std::uint64_t session = 0; session < 1'000; ++session) {
    firsts.push_back(sessions.first_item(session));
  }
  DrawnSessions others(with_turns(5, 3));
  // From the last one on, so that no answer depends on the one before it.
  for (std::uint64_t session = firsts.size() - 2; session > 0; --session) {
    ASSERT_LT(firsts[session], firsts[session + 1]);
    ASSERT_EQ(others.session_of(firsts[session + 1] - 1), session);
    ASSERT_EQ(others.session_of(firsts[session]), session);
    ASSERT_EQ(others.first_item(session), firsts[session]);
    ASSERT_EQ(others.first_item(session + 1), firsts[session + 1]);
  }
}

TEST(DrawnSessionsTest, TurnsHaveTheirMeanAndDeviation) {
  constexpr std::uint64_t count = 100'000;
  DrawnSessions sessions(with_turns(20, 4));
  double sum = 0;
  double squares = 0;
  for (std::uint64_t session = 0; session < count; ++session) {
    const auto turns =
        static_cast<double>(sessions.first_item(session + 1) - sessions.first_item(session));
    sum += turns;
    squares += turns * turns;
  }
  const double mean = sum / count;
  EXPECT_NEAR(mean, 20, 0.05);
  EXPECT_NEAR(std::sqrt(squares / count - mean * mean), 4, 0.05);
}

TEST(DrawnSessionsTest, ASessionHasAtLeastOneTurn) {
  DrawnSessions sessions(with_turns(1, 5));
  for (std::uint64_t session = 0; session < 1'000; ++session) {
    ASSERT_GT(sessions.first_item(session + 1), sessions.first_item(session));
  }
}

TEST(DrawnSessionsTest, TheSameOnEveryMachine) {
  DrawnSessions sessions(
      {.turns = 5, .turns_stddev = 3, .think_time = 2s, .think_time_stddev = 1s});
  std::vector<std::uint64_t> firsts;
  for (std::uint64_t session = 0; session < 8; ++session) {
    firsts.push_back(sessions.first_item(session));
  }
  EXPECT_EQ(firsts, (std::vector<std::uint64_t>{0, 12, 13, 16, 19, 27, 33, 39}));
  EXPECT_EQ(sessions.think_time(0), 1'795'201'647ns);
  EXPECT_EQ(sessions.think_time(1), 1'134'466'196ns);
}

TEST(DrawnSessionsTest, ThinkTimesHaveTheirMeanAndAreNotBelowZero) {
  constexpr std::uint64_t count = 100'000;
  DrawnSessions sessions({.think_time = 10s, .think_time_stddev = 2s});
  double sum = 0;
  for (std::uint64_t item = 0; item < count; ++item) {
    sum += std::chrono::duration<double>(sessions.think_time(item)).count();
  }
  EXPECT_NEAR(sum / count, 10, 0.03);
  DrawnSessions restless({.think_time = 0s, .think_time_stddev = 2s});
  for (std::uint64_t item = 0; item < 1'000; ++item) ASSERT_GE(restless.think_time(item), 0ns);
}

}  // namespace
}  // namespace paceline::workload
