#include <gtest/gtest.h>
#include <paceline/run/preflight.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text_generation.h>

#include <chrono>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "../../message_of.h"
#include "../../started_endpoint.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Endpoint> start_endpoint(std::chrono::nanoseconds latency,
                                         std::chrono::nanoseconds token_time, std::size_t tokens) {
  EndpointOptions options;
  options.latency = latency;
  options.token_time = token_time;
  options.response_tokens = tokens;
  options.record_arrivals = 10'000;
  return started(std::move(options));
}

TEST(StreamedRunTest, CountsTheTokensOfEachResponse) {
  for (const ApiKind api : {ApiKind::chat, ApiKind::responses}) {
    const auto endpoint = start_endpoint(20ms, 10ms, 6);
    const auto text =
        make_workload({endpoint->url(), ""}, TextGeneration{.api = api, .is_streamed = true});
    const Tally tally = run_stripe(
        *text, RunOptions{.rpm = 6'000, .parallel = 20, .requests = 50, .warmup = 5, .salt = 3});
    EXPECT_EQ(tally.succeeded, 50U) << message_of(tally.first_failure);
    EXPECT_EQ(endpoint->requests(), 55U);
    const TokenTally& tokens = tally.tokens;
    EXPECT_EQ(tokens.responses_with_usage, 50U);
    EXPECT_EQ(tokens.out, 300U);
    EXPECT_GT(tokens.in, 0U);
    EXPECT_EQ(tokens.ttft.count(), 50U);
    EXPECT_EQ(tokens.itl.count(), 250U);
    EXPECT_EQ(tokens.tpot.count(), 50U);
    EXPECT_EQ(tokens.lengths_asked, 0U);
    // The text comes in its time, and a response ends after its last token.
    EXPECT_GE(tokens.ttft.min(), 20ms);
    EXPECT_GE(tally.latency.min(), 70ms);
    // Five gaps lie between the first token and the end of a response.
    EXPECT_GT(tokens.tpot.mean(), 0ns);
    EXPECT_LE(tokens.ttft.mean() + 5 * tokens.tpot.mean(), tally.latency.mean() + 5ns);
  }
}

TEST(StreamedRunTest, FiguresAreHeldAgainstTheEndpointsOwnRecord) {
  const auto endpoint = start_endpoint(20ms, 20ms, 8);
  const auto text = make_workload({endpoint->url(), ""}, TextGeneration{.is_streamed = true});
  const Tally tally = run_stripe(*text, RunOptions{.rpm = 6'000, .parallel = 20, .requests = 100});
  ASSERT_EQ(tally.succeeded, 100U) << message_of(tally.first_failure);
  Histogram ttft;
  Histogram tpot;
  Histogram served_late;
  for (const Arrival& arrival : endpoint->record()) {
    ttft.record(arrival.first_token_time().value());
    tpot.record(arrival.time_per_token().value());
    served_late.record(arrival.responded - arrival.due);
  }
  // The lateness of wake-ups in this run on this machine.
  const auto lateness = tally.late.quantile(0.9) + served_late.quantile(0.9);
  const auto near = [&](std::chrono::nanoseconds ours, std::chrono::nanoseconds theirs) {
    return std::chrono::abs(ours - theirs) < 5ms + lateness;
  };
  EXPECT_TRUE(near(tally.tokens.ttft.quantile(0.5), ttft.quantile(0.5)));
  EXPECT_TRUE(near(tally.tokens.tpot.quantile(0.5), tpot.quantile(0.5)));
  EXPECT_TRUE(near(tally.tokens.itl.quantile(0.5), endpoint->token_gaps().quantile(0.5)));
  EXPECT_EQ(tally.tokens.itl.count(), endpoint->token_gaps().count());
  EXPECT_GE(tally.tokens.ttft.min(), ttft.min());
}

TEST(StreamedRunTest, WholeResponsesHaveTokensAndNoTokenTimes) {
  const auto endpoint = start_endpoint(0ns, 0ns, 6);
  const auto text = make_workload({endpoint->url(), ""}, TextGeneration{});
  const Tally tally = run_stripe(*text, RunOptions{.parallel = 5, .requests = 20});
  EXPECT_EQ(tally.tokens.out, 120U);
  EXPECT_EQ(tally.tokens.ttft.count(), 0U);
}

TEST(StreamedRunTest, FailedStreamsCountNoTokens) {
  const auto endpoint = start_endpoint(0ns, 300ms, 100);
  const auto text = make_workload({endpoint->url(), ""}, TextGeneration{.is_streamed = true});
  const Tally tally =
      run_stripe(*text, RunOptions{.parallel = 3, .requests = 3, .connection = {.timeout = 1s}});
  EXPECT_EQ(tally.failures[static_cast<std::size_t>(Failure::timeout)], 3U);
  EXPECT_EQ(tally.tokens.responses(), 0U);
  EXPECT_EQ(tally.tokens.ttft.count(), 0U);
}

TEST(StreamedRunTest, LengthsThatAreNotHeldAreCounted) {
  const auto endpoint = start_endpoint(0ns, 0ns, 6);
  const auto off = [&](TextGeneration asked) {
    asked.is_streamed = true;
    const auto text = make_workload({endpoint->url(), ""}, asked);
    return run_stripe(*text, RunOptions{.parallel = 5, .requests = 20}).tokens;
  };
  // The model would end after 6.
  EXPECT_EQ(off({.max_tokens = 6}).length_mismatches, 0U);
  EXPECT_EQ(off({.max_tokens = 10}).length_mismatches, 20U);
  EXPECT_EQ(off({.max_tokens = 10}).lengths_asked, 20U);
  EXPECT_EQ(off({.max_tokens = 10, .min_tokens = 4}).length_mismatches, 0U);
  EXPECT_EQ(off({.max_tokens = 10, .min_tokens = 10}).length_mismatches, 0U);
  EXPECT_EQ(off({.max_tokens = 10, .ignore_eos = true}).length_mismatches, 0U);
  EXPECT_EQ(off({.max_tokens = 10, .ignore_eos = true}).out, 200U);
}

/// Chat that records the requested items and salts.
class Spy : public Workload {
 public:
  explicit Spy(const Api& api) : chat_(make_workload(api, TextGeneration{})) {}
  void begin_run(std::uint64_t salt) override {
    salts.push_back(salt);
    chat_->begin_run(salt);
  }
  void make(std::uint64_t item, Request& request) override {
    items.push_back(item);
    chat_->make(item, request);
  }
  Outcome read(const Request& request, Response& response) override {
    if (request.is_counted) ++counted;
    return chat_->read(request, response);
  }

  std::vector<std::uint64_t> items;
  int counted = 0;
  std::vector<std::uint64_t> salts;

 private:
  std::unique_ptr<Workload> chat_;
};

using Items = std::vector<std::uint64_t>;

TEST(ItemsTest, AreAskedFromZeroOn) {
  const auto endpoint = start_endpoint(0ns, 0ns, 1);
  Spy spy({endpoint->url(), ""});
  run_stripe(spy, RunOptions{.requests = 4, .salt = 77});
  EXPECT_EQ(spy.items, (Items{0, 1, 2, 3}));
  EXPECT_EQ(spy.salts, (Items{77}));
}

TEST(ItemsTest, WarmUpAsksForOthers) {
  const auto endpoint = start_endpoint(0ns, 0ns, 1);
  Spy spy({endpoint->url(), ""});
  run_stripe(spy, RunOptions{.requests = 3, .warmup = 2});
  EXPECT_EQ(spy.items, (Items{3, 4, 0, 1, 2}));
  EXPECT_EQ(spy.counted, 3);
}

TEST(ItemsTest, AreAskedAsGiven) {
  const auto endpoint = start_endpoint(0ns, 0ns, 1);
  Spy spy({endpoint->url(), ""});
  const Items asked{2, 5, 9};
  RunPlan plan(RunOptions{.requests = 3, .warmup = 2});
  plan.items = asked;
  const Tally tally = run_stripe(spy, plan);
  EXPECT_EQ(spy.items, (Items{10, 11, 2, 5, 9}));
  EXPECT_EQ(tally.succeeded, 3U);
}

TEST(ItemsTest, StripesShareThem) {
  const auto endpoint = start_endpoint(0ns, 0ns, 1);
  const Items asked{2, 5, 9, 11};
  std::multiset<std::uint64_t> seen;
  for (std::uint64_t i = 0; i < 2; ++i) {
    Spy spy({endpoint->url(), ""});
    RunPlan options(RunOptions{.parallel = 2, .requests = 4, .warmup = 1});
    options.items = asked;
    options.stripe = {i, 2};
    run_stripe(spy, options);
    seen.insert(spy.items.begin(), spy.items.end());
  }
  EXPECT_EQ(seen, (std::multiset<std::uint64_t>{2, 5, 9, 11, 12}));
}

TEST(ItemsTest, ATrialHasASaltOfItsOwn) {
  const auto endpoint = start_endpoint(0ns, 0ns, 1);
  Spy spy({endpoint->url(), ""});
  EXPECT_EQ(message_of(send_preflight(spy, {.salt = 5}).error), "");
  EXPECT_EQ(spy.salts, (Items{5}));
}

}  // namespace
}  // namespace paceline::run
