#include <gtest/gtest.h>
#include <paceline/pace/pacer.h>

#include <chrono>
#include <cstdint>

namespace paceline::pace {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

TEST(TokenBudgetTest, ARequestWaitsForTheTokensOfThoseBefore) {
  // 60,000 a minute: a token each millisecond.
  TokenBudget budget(60'000, 0ns);
  EXPECT_EQ(budget.next_departure(), 0ns);
  budget.reserve(0ns, 500);
  EXPECT_EQ(budget.next_departure(), 500ms);
  budget.reserve(500ms, 100);
  EXPECT_EQ(budget.next_departure(), 600ms);
}

TEST(TokenBudgetTest, WhatWasNotUsedIsGivenBackAndMoreIsTaken) {
  TokenBudget budget(60'000, 0ns);
  budget.reserve(0ns, 500);
  budget.settle(500, 200);
  EXPECT_EQ(budget.next_departure(), 200ms);
  budget.settle(0, 100);
  EXPECT_EQ(budget.next_departure(), 300ms);
}

TEST(TokenBudgetTest, NothingIsSavedUpWhileNobodySends) {
  TokenBudget budget(60'000, 10ms);
  budget.reserve(10s, 100);
  EXPECT_EQ(budget.next_departure(), 10s + 90ms);
}

TEST(TokenBudgetTest, NoWindowHoldsMoreThanItsRateAndTheLastOne) {
  constexpr std::uint64_t tokens = 70;
  TokenBudget budget(60'000, 10ms);
  nanoseconds now{0};
  std::uint64_t reserved = 0;
  while (now < 60s) {
    budget.reserve(now, tokens);
    reserved += tokens;
    now = budget.next_departure();
  }
  EXPECT_LE(reserved, 60'000U + 10 + tokens);
  EXPECT_GE(reserved, 60'000U - tokens);
}

}  // namespace
}  // namespace paceline::pace
