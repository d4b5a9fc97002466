#include <endpoint/random_models.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_time = EndpointOptions::longest_time;
constexpr auto longest_response = EndpointOptions::longest_response;

TEST(LatencyModel, FixedNeverChanges) {
  auto model = LatencyModel::fixed(50ms);
  EXPECT_EQ(model.next(), 50ms);
  EXPECT_EQ(model.next(), 50ms);
}

TEST(LatencyModel, LognormalHasTheAskedMedianAndP99) {
  auto model = LatencyModel::lognormal(50ms, 200ms, 1);
  std::vector<std::chrono::nanoseconds> times(100'000);
  for (auto& time : times) time = model.next();
  std::sort(times.begin(), times.end());
  EXPECT_GT(times.front(), 0ns);
  EXPECT_NEAR(std::chrono::duration<double>(times[50'000]).count(), 0.050, 0.001);
  EXPECT_NEAR(std::chrono::duration<double>(times[99'000]).count(), 0.200, 0.008);
}

TEST(LatencyModel, ASeedGivesTheSameTimes) {
  auto one = LatencyModel::lognormal(50ms, 200ms, 7);
  auto same = LatencyModel::lognormal(50ms, 200ms, 7);
  auto other = LatencyModel::lognormal(50ms, 200ms, 8);
  int different = 0;
  for (int i = 0; i < 100; ++i) {
    const auto time = one.next();
    EXPECT_EQ(time, same.next());
    if (time != other.next()) ++different;
  }
  EXPECT_GT(different, 90);
}

TEST(LatencyModel, SlowsTheSlowestShareOnly) {
  auto model = LatencyModel::lognormal(50ms, 200ms, 1);
  auto slowed = LatencyModel::lognormal(50ms, 200ms, 1);
  slowed.slow_down(0.05, 1.6);
  std::vector<std::pair<std::chrono::nanoseconds, std::chrono::nanoseconds>> pairs(20'000);
  for (auto& [before, after] : pairs) {
    before = model.next();
    after = slowed.next();
  }
  std::sort(pairs.begin(), pairs.end());
  const auto is_slowed = [](const auto& pair) { return pair.second != pair.first; };
  const auto first = std::find_if(pairs.begin(), pairs.end(), is_slowed);
  // 5% of 20,000, with 3 standard deviations on either side.
  EXPECT_NEAR(static_cast<double>(pairs.end() - first), 1'000, 93);
  for (auto pair = first; pair != pairs.end(); ++pair) {
    const auto factor =
        static_cast<double>(pair->second.count()) / static_cast<double>(pair->first.count());
    EXPECT_NEAR(factor, 1.6, 1e-6);
  }
}

TEST(LatencyModel, SlowsARandomShareOfEqualTimes) {
  auto model = LatencyModel::fixed(50ms);
  model.slow_down(0.25, 3);
  int slow = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto time = model.next();
    if (time != 50ms) {
      EXPECT_EQ(time, 150ms);
      ++slow;
    }
  }
  EXPECT_NEAR(slow, 2'500, 130);
}

TEST(LatencyModel, LognormalWithoutSpreadIsFixed) {
  auto model = LatencyModel::lognormal(50ms, 50ms, 1);
  EXPECT_EQ(model.next(), 50ms);
  EXPECT_EQ(model.next(), 50ms);
}

TEST(LatencyModel, SumsItsNextDraws) {
  auto one = LatencyModel::lognormal(50ms, 200ms, 1);
  auto same = LatencyModel::lognormal(50ms, 200ms, 1);
  auto sum = 0ns;
  for (int i = 0; i < 31; ++i) sum += one.next();
  EXPECT_EQ(same.sum(31), sum);
  EXPECT_EQ(same.next(), one.next());
  EXPECT_EQ(same.sum(0), 0ns);
  EXPECT_EQ(LatencyModel::fixed(3ms).sum(1'000'000), 3'000'000ms);
}

TEST(LatencyModel, StaysWithinItsLongestTime) {
  auto spread = LatencyModel::lognormal(1ns, longest_time, 1);
  spread.slow_down(1, 1e6);
  for (int i = 0; i < 10'000; ++i) {
    const auto drawn = spread.next();
    EXPECT_GE(drawn, 0ns);
    EXPECT_LE(drawn, longest_time);
  }
  EXPECT_EQ(LatencyModel::fixed(longest_time).sum(1'000'000), 1000 * longest_time);
  EXPECT_EQ(LatencyModel::fixed(1h).sum(0), 0ns);
}

TEST(LengthModel, FixedNeverChanges) {
  auto model = LengthModel::fixed(7);
  EXPECT_EQ(model.next(), 7U);
  EXPECT_EQ(model.next(), 7U);
}

TEST(LengthModel, StaysWithinItsBounds) {
  EXPECT_EQ(LengthModel::fixed(0).next(), 1U);
  EXPECT_EQ(LengthModel::fixed(longest_response + 1).next(), longest_response);
  auto short_one = LengthModel::lognormal(1, 50, 1);
  auto long_one = LengthModel::lognormal(500'000, 1'000'000, 1);
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_GE(short_one.next(), 1U);
    EXPECT_LE(long_one.next(), longest_response);
  }
}

TEST(LengthModel, LognormalHasTheAskedMedianAndP99) {
  auto model = LengthModel::lognormal(200, 1'000, 1);
  std::vector<std::size_t> lengths(100'000);
  for (auto& length : lengths) length = model.next();
  std::sort(lengths.begin(), lengths.end());
  EXPECT_NEAR(static_cast<double>(lengths[50'000]), 200, 4);
  EXPECT_NEAR(static_cast<double>(lengths[99'000]), 1'000, 50);
}

TEST(LengthModel, ASeedGivesTheSameLengths) {
  auto one = LengthModel::lognormal(200, 1'000, 7);
  auto same = LengthModel::lognormal(200, 1'000, 7);
  auto other = LengthModel::lognormal(200, 1'000, 8);
  int different = 0;
  for (int i = 0; i < 100; ++i) {
    const auto length = one.next();
    EXPECT_EQ(length, same.next());
    if (length != other.next()) ++different;
  }
  EXPECT_GT(different, 90);
}

TEST(FaultDice, ComeInTheirSharesAndTheSameEachTime) {
  FaultDice dice({{Fault::reset, 0.1}, {Fault::close, 0.2}}, 7);
  FaultDice same({{Fault::reset, 0.1}, {Fault::close, 0.2}}, 7);
  int resets = 0;
  int closes = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto fault = dice.next();
    EXPECT_EQ(fault, same.next());
    resets += fault == Fault::reset ? 1 : 0;
    closes += fault == Fault::close ? 1 : 0;
  }
  // Five standard deviations of the binomial distribution.
  EXPECT_NEAR(resets, 1'000, 150);
  EXPECT_NEAR(closes, 2'000, 200);
}

TEST(FaultDice, OfNoneThereAreNone) {
  FaultDice dice({}, 1);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(dice.next(), std::nullopt);
}

TEST(RandomModels, AreThoseOfTheOptions) {
  EndpointOptions options;
  EXPECT_EQ(latency_model(options).next(), 0ms);
  EXPECT_EQ(token_time_model(options).next(), EndpointOptions::default_token_time);
  EXPECT_EQ(length_model(options).next(), 16U);
  options = {.latency = 5ms, .slow_share = 1, .slow_factor = 1.5, .token_time = 0ms};
  EXPECT_EQ(latency_model(options).next(), 7'500us);
  EXPECT_EQ(token_time_model(options).next(), 0ms);
}

TEST(RandomModels, HaveSeedsOfTheirOwn) {
  EndpointOptions options;
  options.latency = 5ms;
  options.latency_p99 = 50ms;
  options.token_time = 5ms;
  options.token_time_p99 = 50ms;
  options.response_tokens = 70;
  options.response_tokens_p99 = 700;
  options.seed = 7;
  auto latency = latency_model(options);
  auto token_time = token_time_model(options);
  auto length = length_model(options);
  auto expected_latency = LatencyModel::lognormal(5ms, 50ms, 7);
  auto expected_token_time = LatencyModel::lognormal(5ms, 50ms, 8);
  auto expected_length = LengthModel::lognormal(70, 700, 9);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(latency.next(), expected_latency.next());
    EXPECT_EQ(token_time.next(), expected_token_time.next());
    EXPECT_EQ(length.next(), expected_length.next());
  }
}

}  // namespace
}  // namespace paceline::endpoint
