#include <gtest/gtest.h>
#include <paceline/run/cancelled_items.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t item_count = 1'000'000;

RunOptions options_of(double share, std::uint64_t seed = 1) {
  return {.seed = seed, .cancellation = Cancellation{share, 100ms}};
}

/// The item_count with this remainder.
std::uint64_t cancelled(const RunOptions& options, std::uint64_t remainder = 0,
                        std::uint64_t stripes = 1) {
  std::uint64_t count = 0;
  for (std::uint64_t item = remainder; item < item_count; item += stripes) {
    if (is_to_be_cancelled(item, options)) ++count;
  }
  return count;
}

/// Whether a count is within four standard deviations of the share.
bool is_near(std::uint64_t count, double share, double of) {
  return std::abs(static_cast<double>(count) - share * of) <= 4 * std::sqrt(of * share);
}

TEST(CancelledItemsTest, TheShareIsThatOfAMillionItems) {
  for (const double share : {0.0001, 0.01, 0.1, 0.5, 0.9}) {
    for (const std::uint64_t seed : {0U, 1U, 7U}) {
      EXPECT_TRUE(is_near(cancelled(options_of(share, seed)), share, item_count))
          << share << ' ' << seed;
    }
  }
}

TEST(CancelledItemsTest, EachStripeHasTheShareToo) {
  for (const std::uint64_t stripes : {2U, 10U, 64U}) {
    for (std::uint64_t stripe = 0; stripe < stripes; ++stripe) {
      EXPECT_TRUE(is_near(cancelled(options_of(0.1), stripe, stripes), 0.1,
                          static_cast<double>(item_count) / static_cast<double>(stripes)))
          << stripe << " of " << stripes;
    }
  }
}

TEST(CancelledItemsTest, WithoutAShareThereIsNoneAndTheWholeIsAll) {
  EXPECT_EQ(cancelled({}), 0U);
  EXPECT_EQ(cancelled(options_of(1)), item_count);
}

TEST(CancelledItemsTest, OnlyTheSeedAndTheItemDecide) {
  RunOptions repetition = options_of(0.3);
  repetition.salt = 99;
  repetition.rpm = 6'000;
  repetition.cancellation->after = 3s;
  std::uint64_t other_seed = 0;
  for (std::uint64_t item = 0; item < 1'000; ++item) {
    const bool is_cancelled = is_to_be_cancelled(item, options_of(0.3));
    EXPECT_EQ(is_to_be_cancelled(item, repetition), is_cancelled);
    if (is_cancelled) {
      EXPECT_TRUE(is_to_be_cancelled(item, options_of(0.4)));
    }
    if (is_to_be_cancelled(item, options_of(0.3, 2)) != is_cancelled) ++other_seed;
  }
  // Of two independent choices of 30%, 42% differ.
  EXPECT_GT(other_seed, 300U);
  EXPECT_LT(other_seed, 540U);
}

}  // namespace
}  // namespace paceline::run
