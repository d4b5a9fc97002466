#include <gtest/gtest.h>
#include <paceline/run/intake.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "fixed_sessions.h"
#include "small_plan.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint zero{std::chrono::hours(1)};

PendingRequest failed_item(std::uint64_t item) {
  PendingRequest pending;
  pending.item = item;
  pending.tries = 1;
  return pending;
}

TEST(IntakeTest, RequestsBeginInTheOrderOfTheirItems) {
  const RunPlan plan = small_plan(3);
  Intake intake(plan, nullptr);
  for (std::uint64_t item = 0; item < 3; ++item) {
    EXPECT_EQ(intake.left(), 3 - item);
    const auto next = intake.take(zero, zero);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->pending.item, item);
    EXPECT_TRUE(next->takes_slot);
    EXPECT_FALSE(next->not_before);
  }
  EXPECT_TRUE(intake.is_empty());
  EXPECT_FALSE(intake.take(zero, zero));
}

TEST(IntakeTest, RetriesComeEarliestFirst) {
  const RunPlan plan = small_plan(1);
  Intake intake(plan, nullptr);
  ASSERT_TRUE(intake.take(zero, zero));
  for (const int wait : {5, 1, 3, 2, 4}) {
    intake.retry(failed_item(static_cast<std::uint64_t>(wait)), zero + 1s * wait, {});
  }
  EXPECT_EQ(intake.left(), 5);
  for (std::uint64_t item = 1; item <= 5; ++item) {
    const auto next = intake.take(zero + 1min, zero);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->pending.item, item);
    EXPECT_TRUE(next->last);
  }
  EXPECT_TRUE(intake.is_empty());
}

TEST(IntakeTest, ARetryThatTakesASlotLetsOthersGoFirstUntilItsTime) {
  const RunPlan plan = small_plan(2);
  Intake intake(plan, nullptr);
  ASSERT_TRUE(intake.take(zero, zero));
  intake.retry(failed_item(0), zero + 1s, {});
  const auto first = intake.take(zero, zero + 1min);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->pending.item, 1);
  EXPECT_FALSE(intake.precedes(*first, zero + 1min));
  intake.put_back(*first);
  const auto due = intake.take(zero + 1s, zero + 1min);
  ASSERT_TRUE(due);
  EXPECT_EQ(due->pending.item, 0);
  EXPECT_EQ(due->not_before, zero + 1s);
}

TEST(IntakeTest, ARetryOfATraceGoesBeforeALaterSlot) {
  RunPlan plan = small_plan(2);
  plan.replay.emplace();
  Intake intake(plan, nullptr);
  ASSERT_TRUE(intake.take(zero, zero));
  const auto later = intake.take(zero, zero + 2s);
  ASSERT_TRUE(later);
  intake.retry(failed_item(0), zero + 1s, {});
  EXPECT_TRUE(intake.precedes(*later, zero + 2s));
  EXPECT_FALSE(intake.precedes(*later, zero + 1s));
  intake.put_back(*later);
  const auto first = intake.take(zero, zero + 2s);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->pending.item, 0);
  EXPECT_FALSE(first->takes_slot);
  EXPECT_EQ(intake.take(zero, zero + 2s)->pending.item, 1);
}

TEST(IntakeTest, ATurnFollowsItsResponseByTheThinkTime) {
  FixedSessions sessions({2, 2}, 3s);
  const RunPlan plan = small_plan(4);
  Intake intake(plan, &sessions);
  const auto first = intake.take(zero, zero);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->takes_slot);
  EXPECT_TRUE(intake.follow(first->pending, zero + 1s, zero));
  // The next session's slot is earlier, and then later than the turn.
  const auto other = intake.take(zero + 1s, zero + 2s);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->pending.item, 2);
  intake.put_back(*other);
  const auto turn = intake.take(zero + 1s, zero + 5s);
  ASSERT_TRUE(turn);
  EXPECT_EQ(turn->pending.item, 1);
  EXPECT_EQ(turn->pending.turn, 1);
  EXPECT_FALSE(turn->takes_slot);
  EXPECT_EQ(turn->not_before, zero + 4s);
  EXPECT_EQ(turn->pending.slot.due, 4s);
  EXPECT_FALSE(intake.follow(turn->pending, zero + 5s, zero));
}

TEST(IntakeTest, TheNextRequestMayDependOnAResponse) {
  FixedSessions sessions({2});
  const RunPlan plan = small_plan(2);
  Intake intake(plan, &sessions);
  const auto first = intake.take(zero, zero);
  ASSERT_TRUE(first);
  EXPECT_FALSE(intake.take(zero, zero));
  EXPECT_FALSE(intake.is_empty());
  EXPECT_EQ(intake.left(), 1);
  EXPECT_TRUE(intake.follow(first->pending, zero, zero));
  EXPECT_TRUE(intake.take(zero, zero));
  EXPECT_TRUE(intake.is_empty());
}

TEST(IntakeTest, ASessionThatIsPutBackIsNotLostWhenAnotherUserBeginsOne) {
  FixedSessions sessions({1, 1, 1});
  RunPlan plan = small_plan(3);
  plan.users = 2;
  Intake intake(plan, &sessions);
  const auto one = intake.take(zero, zero);
  const auto other = intake.take(zero, zero);
  ASSERT_TRUE(one);
  ASSERT_TRUE(other);
  EXPECT_FALSE(intake.follow(one->pending, zero, zero));
  intake.put_back(*other);
  EXPECT_EQ(intake.left(), 2);
  const auto next = intake.take(zero, zero + 1s);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->pending.item, 2);
  const auto again = intake.take(zero, zero + 1s);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->pending.item, 1);
  EXPECT_TRUE(intake.is_empty());
}

TEST(IntakeTest, AUserBeginsTheNextSessionAfterTheLastOne) {
  FixedSessions sessions({2, 1, 1}, 4s);
  RunPlan plan = small_plan(4);
  plan.users = 2;
  Intake intake(plan, &sessions);
  EXPECT_EQ(intake.user_interval(), 2s);
  const auto one = intake.take(zero, zero);
  const auto other = intake.take(zero, zero);
  ASSERT_TRUE(one);
  ASSERT_TRUE(other);
  EXPECT_TRUE(one->takes_slot);
  EXPECT_EQ(other->pending.item, 2);
  EXPECT_FALSE(intake.take(zero, zero)) << "both users have a session";
  EXPECT_FALSE(intake.follow(other->pending, zero + 1s, zero));
  const auto next = intake.take(zero + 1s, zero);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->pending.item, 3);
  EXPECT_EQ(next->not_before, zero + 5s);
  EXPECT_EQ(next->pending.turn, 0);
}

}  // namespace
}  // namespace paceline::run
