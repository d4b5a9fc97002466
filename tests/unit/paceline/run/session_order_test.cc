#include <gtest/gtest.h>
#include <paceline/run/session_order.h>

#include <cstdint>
#include <set>
#include <vector>

#include "fixed_sessions.h"
#include "small_plan.h"

namespace paceline::run {
namespace {

/// The items of each session that the stripe sends.
std::vector<std::vector<std::uint64_t>> items_of(SessionOrder& order) {
  std::vector<std::vector<std::uint64_t>> sessions;
  for (auto at = order.begin(); at; at = order.begin()) {
    std::vector<std::uint64_t>& items = sessions.emplace_back();
    for (auto turn = at; turn; turn = order.after(*turn)) items.push_back(order.item_at(*turn));
  }
  return sessions;
}

using ItemsOfSessions = std::vector<std::vector<std::uint64_t>>;

TEST(SessionOrderTest, SessionsFollowOneAnother) {
  FixedSessions sessions({3, 1, 2});
  const RunPlan plan = small_plan(6);
  SessionOrder order(sessions, plan);
  EXPECT_EQ(order.sessions(), 3);
  EXPECT_EQ(order.planned(), 6);
  EXPECT_EQ(order.counted(), 6);
  EXPECT_EQ(items_of(order), (ItemsOfSessions{{0, 1, 2}, {3}, {4, 5}}));
  EXPECT_EQ(order.turn_at(2), 2);
  EXPECT_EQ(order.turn_at(3), 0);
}

TEST(SessionOrderTest, TheLastSessionEndsWithTheRun) {
  FixedSessions sessions({3, 3});
  const RunPlan plan = small_plan(4);
  SessionOrder order(sessions, plan);
  EXPECT_EQ(items_of(order), (ItemsOfSessions{{0, 1, 2}, {3}}));
}

TEST(SessionOrderTest, TheWarmUpHasSessionsOfItsOwn) {
  FixedSessions sessions({3, 3, 2, 2});
  const RunPlan plan = small_plan(5, 3);
  SessionOrder order(sessions, plan);
  EXPECT_EQ(order.sessions(), 4);
  EXPECT_EQ(order.planned(), 8);
  EXPECT_EQ(order.counted(), 5);
  EXPECT_EQ(items_of(order), (ItemsOfSessions{{6, 7}, {8}, {0, 1, 2}, {3, 4}}));
  EXPECT_FALSE(order.is_counted(2));
  EXPECT_TRUE(order.is_counted(3));
}

TEST(SessionOrderTest, StripesTakeSessionsInTurn) {
  FixedSessions sessions({3, 1, 2, 2, 1});
  RunPlan plan = small_plan(9);
  plan.stripe.count = 2;
  std::set<std::uint64_t> all;
  std::uint64_t planned = 0;
  for (plan.stripe.index = 0; plan.stripe.index < 2; ++plan.stripe.index) {
    SessionOrder order(sessions, plan);
    EXPECT_EQ(order.sessions(), 5);
    planned += order.planned();
    for (const auto& items : items_of(order)) all.insert(items.begin(), items.end());
  }
  EXPECT_EQ(planned, 9);
  EXPECT_EQ(all.size(), 9);
  plan.stripe.index = 1;
  SessionOrder order(sessions, plan);
  EXPECT_EQ(items_of(order), (ItemsOfSessions{{3}, {6, 7}}));
}

TEST(SessionOrderTest, TheRestOfARunHasTheItemsThatAreMissing) {
  FixedSessions sessions({3, 3, 3, 3});
  const std::vector<std::uint64_t> missing{1, 2, 3, 5, 9};
  RunPlan plan = small_plan(missing.size());
  plan.items = missing;
  SessionOrder order(sessions, plan);
  EXPECT_EQ(order.sessions(), 3);
  EXPECT_EQ(items_of(order), (ItemsOfSessions{{1, 2}, {3, 5}, {9}}));
  EXPECT_EQ(order.turn_at(0), 1);
}

}  // namespace
}  // namespace paceline::run
