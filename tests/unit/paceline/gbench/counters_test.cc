#include <gtest/gtest.h>
#include <paceline/gbench/report.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

namespace paceline::gbench {
namespace {

using namespace std::chrono_literals;

/// Four requests, from 1 s to 3 s.
stats::RunTally some_tally() {
  stats::RunTally tally;
  tally.planned = 4;
  tally.sent = 4;
  tally.sends = 4;
  tally.succeeded = 4;
  tally.first_send = 1s;
  tally.last_send = 2500ms;
  tally.last_done = 3s;
  for (int i = 0; i < 4; ++i) tally.latency.record(500ms);
  return tally;
}

benchmark::UserCounters counters_of(const stats::RunTally& tally) {
  benchmark::UserCounters counters;
  set_counters(counters, tally);
  return counters;
}

TEST(CountersTest, ARunWithoutTokensHasNoCountersOfTokens) {
  const auto counters = counters_of(some_tally());
  for (const auto& [name, counter] : counters) {
    EXPECT_EQ(name.find("token"), std::string::npos) << name;
    EXPECT_FALSE(name.starts_with("ttft") || name.starts_with("itl") || name.starts_with("tpot"))
        << name;
  }
  EXPECT_FALSE(counters.contains("length_mismatch"));
  EXPECT_EQ(counters.at("p50"), 0.5);
  EXPECT_EQ(counters.at("rps"), 2);
  EXPECT_EQ(counters.at("rpm"), 120);
  EXPECT_EQ(counters.at("peak_rps"), 0);
}

TEST(CountersTest, ConnectionsAreInEveryRunAndTheirTimesIfOneWasOpened) {
  stats::RunTally tally = some_tally();
  EXPECT_EQ(counters_of(tally).at("connections"), 0);
  EXPECT_EQ(counters_of(tally).at("connect_requests"), 0);
  EXPECT_FALSE(counters_of(tally).contains("connect_p50"));
  EXPECT_FALSE(time_counter("connect_p99", tally));
  tally.connect.record(2ms);
  tally.connect.record(250ms);
  tally.connect_requests = 1;
  const auto counters = counters_of(tally);
  EXPECT_EQ(counters.at("connections"), 2);
  EXPECT_EQ(counters.at("connect_requests"), 1);
  EXPECT_NEAR(counters.at("connect_p50"), 0.002, 2e-5);
  EXPECT_NEAR(counters.at("connect_p99"), 0.25, 2e-3);
}

TEST(CountersTest, ThePeaksAreOfOneSecond) {
  stats::RunTally tally = some_tally();
  tally.tokens.responses_with_usage = 4;
  tally.tokens.out = 100;
  for (int i = 0; i < 3; ++i) tally.ended_by_second.add(1s + i * 300ms);
  tally.ended_by_second.add(2s);
  tally.tokens.out_by_second.add(1s, 30);
  tally.tokens.out_by_second.add(2s, 70);
  const auto counters = counters_of(tally);
  EXPECT_EQ(counters.at("peak_rps"), 3);
  EXPECT_EQ(counters.at("peak_tokens_out"), 70);
  EXPECT_FALSE(counters.contains("tokens_out_per_user"));
  tally.tokens.stream_rates.record(40'000'000);
  tally.tokens.stream_rates.record(60'500'000);
  EXPECT_DOUBLE_EQ(counters_of(tally).at("tokens_out_per_user"), 50.25);
}

TEST(CountersTest, TokensAreASecondOverTheRun) {
  stats::RunTally tally = some_tally();
  tally.tokens.responses_with_usage = 4;
  tally.tokens.out = 100;
  tally.tokens.in = 60;
  tally.tokens.responses_with_in = 4;
  tally.tokens.cached = 20;
  tally.tokens.responses_with_cached = 4;
  auto counters = counters_of(tally);
  EXPECT_EQ(counters.at("tokens_out"), 50);
  EXPECT_EQ(counters.at("tokens_in"), 30);
  EXPECT_EQ(counters.at("tokens_per_request"), 25);
  EXPECT_EQ(counters.at("cached_tokens"), 5);
  EXPECT_FALSE(counters.contains("length_mismatch"));
  EXPECT_FALSE(counters.contains("ttft_p50"));

  EXPECT_FALSE(counters.contains("reasoning_tokens"));
  tally.tokens.responses_with_reasoning = 2;
  tally.tokens.reasoning = 90;
  EXPECT_EQ(counters_of(tally).at("reasoning_tokens"), 45);

  tally.tokens.lengths_asked = 4;
  EXPECT_EQ(counters_of(tally).at("length_mismatch"), 0);
  tally.tokens.length_mismatches = 1;
  EXPECT_EQ(counters_of(tally).at("length_mismatch"), 0.25);
}

TEST(CountersTest, WithoutUsageNobodyKnowsThePrompts) {
  stats::RunTally tally = some_tally();
  tally.tokens.responses_counted = 4;
  tally.tokens.out = 100;
  const auto counters = counters_of(tally);
  EXPECT_EQ(counters.at("tokens_out"), 50);
  EXPECT_FALSE(counters.contains("tokens_in"));
  EXPECT_FALSE(counters.contains("cached_tokens"));
}

TEST(CountersTest, CachedTokensAreOfResponsesThatTell) {
  stats::RunTally tally = some_tally();
  tally.tokens.responses_with_usage = 2;
  tally.tokens.responses_counted = 2;
  tally.tokens.out = 100;
  EXPECT_FALSE(counters_of(tally).contains("cached_tokens"));
  tally.tokens.responses_with_cached = 2;
  EXPECT_EQ(counters_of(tally).at("cached_tokens"), 0);
  tally.tokens.cached = 20;
  EXPECT_EQ(counters_of(tally).at("cached_tokens"), 10);
  EXPECT_EQ(counters_of(tally).at("tokens_per_request"), 25);
}

TEST(CountersTest, AStreamsTimesAreInSeconds) {
  stats::RunTally tally = some_tally();
  for (int i = 1; i <= 100; ++i) {
    tally.tokens.ttft.record(i * 1ms);
    tally.tokens.itl.record(i * 2ms);
    tally.tokens.tpot.record(i * 3ms);
  }
  const auto counters = counters_of(tally);
  const auto expect_near = [&](const std::string& name, double seconds) {
    EXPECT_NEAR(counters.at(name), seconds, seconds * 0.001) << name;
  };
  expect_near("ttft_p50", 0.05);
  expect_near("ttft_p90", 0.09);
  expect_near("ttft_p99", 0.099);
  expect_near("itl_p50", 0.1);
  expect_near("itl_p90", 0.18);
  expect_near("itl_p99", 0.198);
  expect_near("tpot_p50", 0.15);
  expect_near("tpot_p99", 0.297);
}

TEST(CountersTest, MeansAndDeviationsAreOfTheTimesThemselves) {
  stats::RunTally tally = some_tally();
  auto counters = counters_of(tally);
  EXPECT_EQ(counters.at("mean"), 0.5);
  EXPECT_EQ(counters.at("stddev"), 0);
  EXPECT_FALSE(counters.contains("ttft_mean"));
  tally.latency.record(1s);
  int unit = 0;
  for (Histogram* times : {&tally.tokens.ttft, &tally.tokens.itl, &tally.tokens.tpot}) {
    ++unit;
    for (const int each : {1, 2, 6}) times->record(unit * each * 1ms);
  }
  counters = counters_of(tally);
  EXPECT_DOUBLE_EQ(counters.at("mean"), 0.6);
  EXPECT_NEAR(counters.at("stddev"), std::sqrt(0.05), 1e-9);
  unit = 0;
  for (const std::string name : {"ttft", "itl", "tpot"}) {
    ++unit;
    EXPECT_DOUBLE_EQ(counters.at(name + "_mean"), unit * 0.003) << name;
    EXPECT_NEAR(counters.at(name + "_stddev"), unit * std::sqrt(7) / 1000, 1e-9) << name;
  }
  // They are rows only if they are asked for.
  for (const std::string& row : default_rows()) {
    EXPECT_FALSE(row.ends_with("mean") || row.ends_with("stddev")) << row;
  }
  EXPECT_EQ(time_counter("mean", tally), 600ms);
}

TEST(CountersTest, TheFirstAnswerHasATimeWhereThoughtsCameBeforeIt) {
  stats::RunTally tally = some_tally();
  tally.tokens.ttfa.record(300ms);
  EXPECT_FALSE(counters_of(tally).contains("ttfa_p50"));
  tally.tokens.streams_with_thoughts = 1;
  EXPECT_NEAR(counters_of(tally).at("ttfa_p50"), 0.3, 0.0003);
  EXPECT_NEAR(counters_of(tally).at("ttfa_p99"), 0.3, 0.0003);
  EXPECT_FALSE(counters_of(tally).contains("thinking_p50"));
  tally.tokens.thinking.record(200ms);
  EXPECT_NEAR(counters_of(tally).at("thinking_p50"), 0.2, 0.0002);
  EXPECT_NEAR(counters_of(tally).at("thinking_p99"), 0.2, 0.0002);
  // None is a row unless it is asked for.
  const auto rows = default_rows();
  for (const char* name : {"ttfa_p50", "thinking_p50"}) {
    EXPECT_EQ(std::count(rows.begin(), rows.end(), name), 0) << name;
  }
}

TEST(CountersTest, SharesOfFinishesAreAllThereWhereAReasonIsKnown) {
  stats::RunTally tally = some_tally();
  for (const std::string& name : finish_counters()) {
    EXPECT_FALSE(counters_of(tally).contains(name)) << name;
  }
  EXPECT_FALSE(counters_of(tally).contains("tool_calls_valid"));
  tally.tokens.finishes = {2, 1, 1, 0, 0};
  auto counters = counters_of(tally);
  EXPECT_EQ(counters.at("finish_length"), 0.25);
  EXPECT_EQ(counters.at("finish_tool_calls"), 0.25);
  EXPECT_EQ(counters.at("finish_content_filter"), 0);
  EXPECT_EQ(counters.at("finish_other"), 0);
  EXPECT_FALSE(counters.contains("finish_stop"));
  EXPECT_FALSE(counters.contains("tool_calls_valid"));
  tally.tokens.responses_with_tool_calls = 4;
  EXPECT_EQ(counters_of(tally).at("tool_calls_valid"), 0);
  tally.tokens.responses_with_valid_tool_calls = 3;
  EXPECT_EQ(counters_of(tally).at("tool_calls_valid"), 0.75);
}

TEST(CountersTest, GoodputIsThereWhereAnObjectiveIs) {
  stats::RunTally tally = some_tally();
  EXPECT_FALSE(counters_of(tally).contains("goodput"));
  tally.met_objective = 3;
  // Of the same two seconds as rps.
  EXPECT_EQ(counters_of(tally).at("goodput"), 1.5);
  tally.met_objective = 0;
  EXPECT_EQ(counters_of(tally).at("goodput"), 0);
}

TEST(CountersTest, TheKindsOfFailureAreAlwaysThereAndSumToErrors) {
  const std::vector<std::string> kinds{"http_429", "http_4xx", "http_5xx",      "connects",
                                       "timeouts", "resets",   "bad_responses", "other_errors"};
  stats::RunTally tally = some_tally();
  for (const std::string& kind : kinds) EXPECT_EQ(counters_of(tally).at(kind), 0) << kind;
  for (const char* count : {"errors", "retries", "retries_exhausted", "cut_off", "cancelled"}) {
    EXPECT_EQ(counters_of(tally).at(count), 0) << count;
  }
  for (std::size_t i = 0; i < failure_kinds; ++i) {
    tally.count_failure(static_cast<Failure>(i), i + 1, {});
  }
  tally.cancelled = 5;
  auto counters = counters_of(tally);
  double sum = 0;
  for (const std::string& kind : kinds) sum += counters.at(kind);
  EXPECT_EQ(counters.at("errors"), 36);
  EXPECT_EQ(counters.at("cancelled"), 5);
  EXPECT_EQ(sum, 36);
}

TEST(CountersTest, WarmAndColdPrefixes) {
  stats::RunTally tally = some_tally();
  for (const char* name : {"warm_ratio", "warm_ttft_p50", "cold_ttft_p50"}) {
    EXPECT_FALSE(counters_of(tally).contains(name)) << name;
  }
  tally.tokens.prefixes.warm = 3;
  tally.tokens.prefixes.cold = 1;
  tally.tokens.prefixes.warm_ttft.emplace().record(20ms);
  const auto counters = counters_of(tally);
  EXPECT_EQ(counters.at("warm_ratio"), 0.75);
  EXPECT_NEAR(counters.at("warm_ttft_p50"), 0.02, 0.0001);
  EXPECT_FALSE(counters.contains("cold_ttft_p50"));
  tally.tokens.prefixes.warm = 0;
  EXPECT_EQ(counters_of(tally).at("warm_ratio"), 0);
}

TEST(CountersTest, ATimeByItsName) {
  const stats::RunTally tally = some_tally();
  EXPECT_EQ(time_counter("p99", tally), 500ms);
  EXPECT_FALSE(time_counter("ttft_p99", tally));
  EXPECT_FALSE(time_counter("rpm", tally));
}

TEST(CountersTest, EveryTimeCanBecomeARowAndTheUsualOnesDo) {
  const auto all = time_counters();
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const std::string& row : default_rows()) EXPECT_TRUE(has(possible_rows(), row)) << row;
  for (const char* name : {"p99", "due_p99", "ttft_p99", "itl_p99", "tpot_p99"}) {
    EXPECT_TRUE(has(default_rows(), name)) << name;
  }
  stats::RunTally tally = some_tally();
  tally.tokens.ttft.record(1ms);
  tally.tokens.prefixes.warm_ttft.emplace().record(1ms);
  tally.tokens.prefixes.cold_ttft.emplace().record(1ms);
  tally.tokens.ttfa.record(1ms);
  tally.tokens.streams_with_thoughts = 1;
  tally.tokens.thinking.record(1ms);
  tally.tokens.itl.record(1ms);
  tally.tokens.tpot.record(1ms);
  tally.retried_latency.record(1ms);
  tally.connect.record(1ms);
  const auto counters = counters_of(tally);
  for (const std::string& name : all) EXPECT_TRUE(counters.contains(name)) << name;
}

TEST(CountersTest, AllAreKnownBeforehand) {
  stats::RunTally tally = some_tally();
  TokenTally& tokens = tally.tokens;
  for (Histogram* times :
       {&tally.due_latency, &tally.late, &tally.retried_latency, &tally.connect, &tokens.ttft,
        &tokens.ttfa, &tokens.thinking, &tokens.itl, &tokens.tpot}) {
    times->record(1ms);
  }
  tokens.streams_with_thoughts = 1;
  tokens.prefixes.warm = 1;
  tokens.prefixes.warm_ttft.emplace().record(1ms);
  tokens.prefixes.cold_ttft.emplace().record(1ms);
  tokens.responses_with_usage = tokens.responses_with_in = tokens.responses_with_cached = 1;
  tokens.responses_with_reasoning = 1;
  tokens.stream_rates.record(1);
  tokens.lengths_asked = 1;
  tokens.finishes = {1, 1, 1, 1, 1};
  tokens.responses_with_tool_calls = 1;
  tokens.format = {1, 1};
  tally.met_objective = 1;
  tally.ranks.emplace_back().clock_error = std::chrono::nanoseconds(1);
  const std::vector<std::string> known = all_counters();
  auto counters = counters_of(tally);
  // Those of a search.
  counters["max_rpm"] = counters["probes"] = 0;
  for (const auto& [name, counter] : counters) {
    EXPECT_EQ(std::count(known.begin(), known.end(), name), 1) << name;
  }
  EXPECT_EQ(counters.size(), known.size());
}

}  // namespace
}  // namespace paceline::gbench
