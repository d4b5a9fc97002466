#include <gtest/gtest.h>
#include <paceline/stats/tally_bytes.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>

namespace paceline::stats {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<const Groups> two_models() {
  return std::make_shared<const Groups>(
      Groups{.names = {"model=a", "model=b"}, .of_part = {{0}, {1}}, .has_statuses = true});
}

void fill_tokens(TokenTally& tokens) {
  tokens.ttft.record(50ms);
  tokens.ttfa.record(70ms);
  tokens.thinking.record(20ms);
  tokens.itl.record(9ms);
  tokens.tpot.record(10ms);
  tokens.stream_rates.record(31'000'000);
  tokens.streams = 21;
  tokens.out = 3'200;
  tokens.out_by_second.add(2s, 64);
  tokens.finishes = {9, 8, 7, 6, 5};
  tokens.format = {.checked = 4, .valid = 3};
  tokens.prefixes.warm = 4;
  tokens.prefixes.cold = 3;
  tokens.prefixes.cold_ttft.emplace().record(80ms);
}

/// A tally in which each class that a tally contains has counts.
RunTally full_tally() {
  RunTally tally;
  tally.timeline.emplace();
  std::mt19937_64 random(1);
  for (int i = 0; i < 2'000; ++i) {
    const std::chrono::nanoseconds latency(50'000'000 + static_cast<int>(random() % 9'000'000));
    const std::chrono::nanoseconds sent = i * 600us;
    tally.latency.record(latency);
    tally.due_latency.record(latency + 20us);
    tally.late.record(20us);
    tally.due_latency_trend.record(seconds_of(sent), seconds_of(latency));
    tally.course.record(sent, latency);
    tally.levels.record(1 + random() % 90, latency);
    tally.ended_by_second.add(sent + latency);
    tally.timeline->depart(sent, sent);
    tally.timeline->land(sent + latency);
    tally.timeline->end(sent + latency, i % 9 == 0, latency);
  }
  tally.planned = 2'015;
  tally.cancelled = 5;
  tally.sent = 2'003;
  tally.sends = 2'005;
  tally.succeeded = 2'000;
  tally.not_sent = 7;
  tally.count_failure(Failure::timeout, 3, {ErrorCode::timed_out, "too slow", 504});
  tally.met_objective = 1'990;
  tally.http_version = "HTTP/1.1";
  tally.first_send = -1us;
  tally.last_send = 1'200ms;
  tally.last_due = 1'199ms;
  tally.cut_short = true;
  tally.stopped_why = Error{ErrorCode::too_many_failures, "too many failures"};
  tally.cpu_time = 81ms;
  tally.threads = 2;
  fill_tokens(tally.tokens);
  tally.parts.emplace(two_models());
  constexpr std::array<std::chrono::nanoseconds, 2> gaps{1ms, 3ms};
  tally.parts->count(
      {.part = 1, .status = 200, .latency = 5ms, .first_token = 2ms, .token_gaps = gaps});
  tally.parts->count({.part = 0, .has_failed = true, .status = 504});
  return tally;
}

RunTally copy_of(const RunTally& tally) {
  auto read = tally_of(bytes_of(tally));
  EXPECT_TRUE(read);
  return read.value_or(RunTally());
}

TEST(TallyBytesTest, CountsAndErrorsAreExact) {
  const RunTally copy = copy_of(full_tally());
  EXPECT_TRUE(copy.adds_up());
  EXPECT_EQ(copy.planned, 2'015U);
  EXPECT_EQ(copy.cancelled, 5U);
  EXPECT_EQ(copy.sends, 2'005U);
  EXPECT_EQ(copy.failed_by(Failure::timeout), 3U);
  EXPECT_EQ(copy.first_failure->code, ErrorCode::timed_out);
  EXPECT_EQ(copy.first_failure->message, "too slow");
  EXPECT_EQ(copy.first_failure->status, 504);
  EXPECT_EQ(copy.stopped_why->message, "too many failures");
  EXPECT_EQ(copy.met_objective, 1'990U);
  EXPECT_EQ(copy.http_version, "HTTP/1.1");
  EXPECT_EQ(copy.first_send, -1us);
  EXPECT_EQ(copy.first_due, std::chrono::nanoseconds::max());
  EXPECT_EQ(copy.last_due, 1'199ms);
  EXPECT_TRUE(copy.cut_short);
  EXPECT_EQ(copy.threads, 2U);
}

TEST(TallyBytesTest, TimesAreExact) {
  const RunTally tally = full_tally();
  const RunTally copy = copy_of(tally);
  for (int permille = 0; permille <= 1'000; ++permille) {
    const double q = permille / 1e3;
    EXPECT_EQ(copy.latency.quantile(q), tally.latency.quantile(q)) << q;
  }
  EXPECT_EQ(copy.latency.stddev(), tally.latency.stddev());
  EXPECT_EQ(copy.late.max(), 20us);
  EXPECT_EQ(copy.client_lag.count(), 0U);
  EXPECT_EQ(copy.due_latency_trend.slope(), tally.due_latency_trend.slope());
  EXPECT_EQ(copy.course.thirds()->last, tally.course.thirds()->last);
  EXPECT_EQ(copy.levels.saturation().has_value(), tally.levels.saturation().has_value());
  EXPECT_EQ(copy.ended_by_second.highest(), tally.ended_by_second.highest());
}

TEST(TallyBytesTest, TokensAndPartsAreExact) {
  const RunTally copy = copy_of(full_tally());
  EXPECT_EQ(copy.tokens.ttft.max(), 50ms);
  EXPECT_EQ(copy.tokens.thinking.max(), 20ms);
  EXPECT_EQ(copy.tokens.tokens_per_user(), 31);
  EXPECT_EQ(copy.tokens.out_by_second.highest(), 64U);
  EXPECT_EQ(copy.tokens.finishes[4], 5U);
  EXPECT_EQ(copy.tokens.format.valid, 3U);
  EXPECT_EQ(copy.tokens.prefixes.warm, 4U);
  EXPECT_EQ(copy.tokens.prefixes.cold, 3U);
  EXPECT_EQ(copy.tokens.prefixes.cold_ttft->max(), 80ms);
  EXPECT_FALSE(copy.tokens.prefixes.warm_ttft);
  EXPECT_EQ(copy.parts->tallies()[1].itl->max(), 3ms);
  EXPECT_FALSE(copy.parts->tallies()[0].itl);
  EXPECT_EQ(copy.parts->tallies()[0].failed, 1U);
  EXPECT_EQ(copy.parts->statuses(), full_tally().parts->statuses());
}

TEST(TallyBytesTest, ACopyMergesAsTheTallyItself) {
  RunTally whole = full_tally();
  whole.merge(full_tally());
  RunTally of_copies = copy_of(full_tally());
  of_copies.merge(copy_of(full_tally()));
  EXPECT_EQ(bytes_of(of_copies), bytes_of(whole));
  EXPECT_NE(bytes_of(of_copies), bytes_of(full_tally()));
}

TEST(TallyBytesTest, ATallyWithoutPartsHasNone) {
  const auto read = tally_of(bytes_of(RunTally()));
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->parts);
  EXPECT_EQ(bytes_of(*read), bytes_of(RunTally()));
}

TEST(TallyBytesTest, HaveTheStages) {
  RunTally tally = full_tally();
  tally.stages = {full_tally(), RunTally()};
  const RunTally copy = copy_of(tally);
  ASSERT_EQ(copy.stages.size(), 2U);
  EXPECT_EQ(bytes_of(copy.stages[0]), bytes_of(full_tally()));
  EXPECT_EQ(bytes_of(copy), bytes_of(tally));
}

TEST(TallyBytesTest, AreFewForManyRequests) {
  RunTally tally;
  std::mt19937_64 random(1);
  for (int i = 0; i < 1'000'000; ++i) {
    tally.latency.record(std::chrono::nanoseconds(50'000'000 + random() % 30'000'000));
  }
  EXPECT_LT(bytes_of(tally).size(), 10'000U);
}

TEST(TallyBytesTest, OfAnotherVersionAreRefused) {
  std::string bytes = bytes_of(full_tally());
  bytes.front() = 99;
  EXPECT_FALSE(tally_of(bytes));
}

TEST(TallyBytesTest, HaveTheTimeline) {
  const RunTally tally = full_tally();
  const RunTally copy = copy_of(tally);
  ASSERT_TRUE(copy.timeline);
  EXPECT_EQ(copy.timeline->width(), tally.timeline->width());
  EXPECT_EQ(copy.timeline->last(), tally.timeline->last());
  EXPECT_EQ(copy.timeline->times_in_flight(), tally.timeline->times_in_flight());
  ASSERT_EQ(copy.timeline->slices().size(), tally.timeline->slices().size());
  for (std::size_t i = 0; i < copy.timeline->slices().size(); ++i) {
    const Timeline::Slice& read = copy.timeline->slices()[i];
    const Timeline::Slice& counted = tally.timeline->slices()[i];
    EXPECT_EQ(read.due, counted.due);
    EXPECT_EQ(read.sent, counted.sent);
    EXPECT_EQ(read.ended, counted.ended);
    EXPECT_EQ(read.failed, counted.failed);
    EXPECT_EQ(read.latency.count(), counted.latency.count());
    EXPECT_EQ(read.latency.quantile(0.5), counted.latency.quantile(0.5));
  }
  EXPECT_FALSE(copy_of(RunTally()).timeline);
}

TEST(TallyBytesTest, HaveTheLongestLatencyOfASlice) {
  RunTally tally;
  tally.timeline.emplace();
  tally.timeline->end(1s, false, Histogram::longest);
  const RunTally copy = copy_of(tally);
  ASSERT_TRUE(copy.timeline);
  EXPECT_EQ(copy.timeline->slices().back().latency.count(), 1U);
}

TEST(TallyBytesTest, HaveAFewBytesForEachSlice) {
  RunTally tally;
  tally.timeline.emplace();
  const std::size_t without = bytes_of(tally).size();
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> milliseconds(4, 0.4);
  for (int i = 0; i < 51'200; ++i) {
    const std::chrono::nanoseconds sent = i * 10ms;
    const std::chrono::nanoseconds latency(static_cast<int>(1e6 * milliseconds(random)));
    tally.timeline->depart(sent, sent);
    tally.timeline->land(sent + latency);
    tally.timeline->end(sent + latency, false, latency);
  }
  EXPECT_LT(bytes_of(tally).size() - without, 512 * 200U);
}

TEST(TallyBytesTest, HaveTheGroups) {
  const RunTally full = full_tally();
  const RunTally copy = copy_of(full);
  ASSERT_TRUE(copy.parts);
  EXPECT_EQ(copy.parts->groups(), *two_models());
  EXPECT_TRUE(copy.has_groups_of(full));
  RunTally other;
  EXPECT_FALSE(copy.has_groups_of(other));
  EXPECT_FALSE(other.has_groups_of(copy));
  other.parts.emplace(std::make_shared<const Groups>(Groups{.names = {"model=a"}}));
  EXPECT_FALSE(copy.has_groups_of(other));
}

TEST(TallyBytesTest, OfAPartInAGroupThatIsMissingAreRefused) {
  RunTally tally;
  tally.parts.emplace(std::make_shared<const Groups>(Groups{.names = {"a"}, .of_part = {{1}}}));
  EXPECT_FALSE(tally_of(bytes_of(tally)));
}

TEST(TallyBytesTest, ThatAreCutOffAreRefused) {
  const std::string bytes = bytes_of(full_tally());
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_FALSE(tally_of(std::string_view(bytes).substr(0, size))) << size;
  }
  EXPECT_FALSE(tally_of(bytes + '\0'));
}

TEST(TallyBytesTest, ThatAreDamagedAreRefusedOrCanBeReported) {
  const std::string bytes = bytes_of(full_tally());
  std::mt19937_64 random(1);
  int refused = 0;
  for (int i = 0; i < 500; ++i) {
    std::string damaged = bytes;
    damaged[1 + random() % (bytes.size() - 1)] ^= static_cast<char>(1U << random() % 8);
    const auto read = tally_of(damaged);
    if (!read) {
      ++refused;
      continue;
    }
    EXPECT_GE(read->latency.quantile(0.99), read->latency.min());
    EXPECT_TRUE(read->course.thirds() || !read->course.thirds());
    if (!read->timeline) continue;
    EXPECT_LE(read->timeline->slices().size(), Timeline::most_slices);
    for (const Timeline::Slice& slice : read->timeline->slices()) {
      EXPECT_LE(slice.latency.quantile(0.5), slice.latency.quantile(0.99));
    }
  }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace paceline::stats
