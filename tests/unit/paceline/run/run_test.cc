#include <gtest/gtest.h>
#include <paceline/loop/timers.h>
#include <paceline/plain_http.h>
#include <paceline/run/preflight.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text_generation.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "../../started_endpoint.h"

#include "../../few_descriptors.h"
#include "../../message_of.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Endpoint> start_endpoint(std::chrono::nanoseconds latency,
                                         const std::string& key = {}) {
  EndpointOptions options;
  options.latency = latency;
  options.required_key = key;
  options.record_arrivals = 10'000;
  return started(std::move(options));
}

std::uint64_t failures_of(const Tally& tally, Failure failure) {
  return tally.failures[static_cast<std::size_t>(failure)];
}

TEST(RunTest, SendsEachRequestOnceAndCountsEachResponse) {
  const auto endpoint = start_endpoint(0ns);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  const Tally tally = run_stripe(*chat, RunOptions{.parallel = 50, .requests = 2000});
  EXPECT_EQ(tally.succeeded, 2000U) << message_of(tally.first_failure);
  EXPECT_TRUE(tally.adds_up());
  EXPECT_EQ(endpoint->requests(), 2000U);
  EXPECT_EQ(tally.latency.count(), 2000U);
  EXPECT_EQ(tally.tokens.responses_with_usage, 2000U);
  EXPECT_GT(tally.tokens.out, 0U);
  EXPECT_FALSE(tally.cut_short);
}

TEST(RunTest, NeverMoreInFlightThanParallel) {
  const auto endpoint = start_endpoint(20ms);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  const Tally tally = run_stripe(*chat, RunOptions{.parallel = 20, .requests = 200});
  EXPECT_EQ(tally.in_flight, 20U);
  // Ten rounds of 20 at 20 ms: fewer than 200 ms would mean more than 20 at once.
  EXPECT_GE(tally.last_done - tally.first_send, 200ms);
  EXPECT_GE(tally.latency.min(), 20ms);
}

TEST(RunTest, CpuTimeBeforeTheScheduleStartsDoesNotCount) {
  const auto endpoint = start_endpoint(0ns);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  RunPlan options(RunOptions{});
  constexpr auto spent = 200ms;
  options.start = [spent] {
    const auto end = loop::time_on(CLOCK_THREAD_CPUTIME_ID) + spent;
    while (loop::time_on(CLOCK_THREAD_CPUTIME_ID) < end) {
    }
    return RunStart{Clock::now()};
  };
  const Tally tally = run_stripe(*chat, options);
  EXPECT_EQ(tally.succeeded, 1U) << message_of(tally.first_failure);
  EXPECT_GT(tally.cpu_time, 0ns);
  EXPECT_LT(tally.cpu_time, spent);
}

TEST(RunTest, StripesDepartTogetherAsOne) {
  const auto endpoint = start_endpoint(5ms);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  const auto other_chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  RunPlan options(RunOptions{.rpm = 60'000, .parallel = 31, .requests = 501, .warmup = 3});
  const TimePoint start = Clock::now() + 20ms;
  options.start = [start] { return RunStart{start}; };
  options.stripe = {0, 2};
  Tally first;
  std::thread thread([&] { first = run_stripe(*chat, options); });
  RunPlan other_options = options;
  other_options.stripe = {1, 2};
  Tally whole = run_stripe(*other_chat, other_options);
  thread.join();
  EXPECT_EQ(first.planned + whole.planned, 501U);
  EXPECT_LT(first.first_send, whole.last_send) << "one stripe waited for the other";
  EXPECT_LT(whole.first_send, first.last_send) << "one stripe waited for the other";
  whole.merge(first);
  EXPECT_EQ(whole.succeeded, 501U);
  EXPECT_TRUE(whole.adds_up());
  EXPECT_LE(whole.in_flight, 31U);
  const auto arrivals = endpoint->arrivals();
  ASSERT_EQ(arrivals.size(), 504U);
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    ASSERT_GE(arrivals[i] - start, std::chrono::milliseconds(i))
        << "each stripe has a schedule of its own";
  }
}

TEST(RunTest, WarmUpIsSentAndNotCounted) {
  const auto endpoint = start_endpoint(0ns);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  const Tally tally =
      run_stripe(*chat, RunOptions{.rpm = 600'000, .parallel = 10, .requests = 100, .warmup = 30});
  EXPECT_EQ(endpoint->requests(), 130U);
  EXPECT_EQ(tally.sent, 100U);
  EXPECT_EQ(tally.succeeded, 100U);
  EXPECT_GE(tally.first_send, 3ms);
}

TEST(RunTest, TheWarmUpsCpuTimeIsNotCounted) {
  const auto endpoint = start_endpoint(0ns);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  const auto cpu_time_with = [&](std::uint64_t warmup) {
    const RunOptions options{.parallel = 10, .requests = 100, .warmup = warmup};
    return run_stripe(*chat, options).cpu_time;
  };
  // The warm-up has fifty times as many requests.
  EXPECT_LT(cpu_time_with(5'000), 10 * cpu_time_with(0));
}

TEST(RunTest, FiguresAreHeldAgainstTheEndpointsOwnRecord) {
  const auto endpoint = start_endpoint(30ms);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  Histogram seen;
  RunHooks hooks;
  hooks.on_response = [&seen](const http::Exchange& exchange, const Outcome&) {
    seen.record(Clock::now() - exchange.response.sent);
  };
  const TimePoint start = Clock::now() + 20ms;
  RunPlan plan(RunOptions{.rpm = 6'000, .parallel = 50, .requests = 100});
  plan.start = [start] { return RunStart{start}; };
  const Tally tally = run_stripe(*chat, plan, hooks);
  const auto record = endpoint->record();
  ASSERT_EQ(record.size(), 100U);

  Histogram served;
  for (const Arrival& arrival : record) served.record(arrival.responded - arrival.arrived);
  EXPECT_GE(tally.latency.min(), served.min());
  // A latency begins before the request arrives, and ends before the program reads the response.
  for (const double share : {0.1, 0.5, 0.9}) {
    EXPECT_GE(tally.latency.quantile(share), served.quantile(share));
    EXPECT_LE(tally.latency.quantile(share), seen.quantile(share));
  }
  EXPECT_GE(tally.due_latency.min(), tally.latency.min());
  EXPECT_LE(start + tally.first_send, record.front().arrived);
  EXPECT_LE(start + tally.last_send, record.back().arrived);
  EXPECT_LE(record.back().arrived, start + tally.last_done);
  EXPECT_GE(tally.last_send, 990ms);
}

TEST(RunTest, FirstRequestsDoNotWaitForOneAnother) {
  const auto endpoint = start_endpoint(1s);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  run_stripe(*chat, RunOptions{.parallel = 40, .requests = 40});
  const auto record = endpoint->record();
  ASSERT_EQ(record.size(), 40U);
  for (const Arrival& arrival : record) ASSERT_LT(record.back().arrived, arrival.responded);
}

TEST(RunTest, DueLatencyTellsWhatTheCapHeldBack) {
  const auto endpoint = start_endpoint(50ms);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  // 200 a second are asked for and 20 are possible: the last is due at 0.1 s, sent at 1 s.
  const Tally tally = run_stripe(*chat, RunOptions{.rpm = 12'000, .parallel = 1, .requests = 21});
  // One request at a time: together they took no longer than the run.
  EXPECT_LE(21 * tally.latency.mean(), tally.last_done - tally.first_send);
  EXPECT_GE(tally.late.max(), 900ms);
  EXPECT_GE(tally.due_latency.max(), 950ms);
}

TEST(RunTest, ARefusedKeyIsAnError) {
  const auto endpoint = start_endpoint(0ns, "right");
  const auto wrong = make_workload({endpoint->url(), "wrong"}, TextGeneration{});
  const auto refused = send_preflight(*wrong, {}).error;
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, ErrorCode::request_refused);
  EXPECT_EQ(refused->status, 401);
  EXPECT_NE(refused->message.find("401"), std::string::npos);
  const auto right = make_workload({endpoint->url(), "right"}, TextGeneration{});
  const Preflight preflight = send_preflight(*right, {});
  EXPECT_EQ(message_of(preflight.error), "");
  EXPECT_EQ(preflight.http_version, "HTTP/1.1");
}

TEST(RunTest, AnUnreachableHostFailsEachRequestAndEnds) {
  const auto workload = make_workload(PlainHttp{.url = "http://127.0.0.1:1/"});
  const Tally tally = run_stripe(*workload, RunOptions{.parallel = 4, .requests = 20});
  EXPECT_EQ(tally.failed, 20U);
  EXPECT_TRUE(tally.adds_up());
  EXPECT_EQ(failures_of(tally, Failure::connect), 20U);
  EXPECT_TRUE(tally.first_failure);
}

TEST(RunTest, WithoutDescriptorsARunEndsAndSaysSo) {
  if (sanitizer_needs_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors";
  const auto endpoint = start_endpoint(0ns);
  const auto workload = make_workload(PlainHttp{.url = endpoint->url() + "/models"});
  for (const TransportKind transport : {TransportKind::curl, TransportKind::direct}) {
    for (unsigned count = 0; count < 20; ++count) {
      EXPECT_TRUE(with_few_descriptors(
          count,
          [&] {
            const Tally tally = run_stripe(
                *workload,
                RunOptions{.parallel = 2, .requests = 4, .connection = {.transport = transport}});
            const auto& error = tally.stopped_why ? tally.stopped_why : tally.first_failure;
            if (!error) return tally.succeeded == 4 && count >= 7;
            return tally.adds_up() && error->code == ErrorCode::no_descriptor &&
                   error->message.starts_with("no descriptor for a");
          }))
          << name_of(transport) << " " << count;
    }
  }
}

TEST(RunTest, ASlowResponseTimesOut) {
  const auto endpoint = start_endpoint(3s);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  const Tally tally =
      run_stripe(*chat, RunOptions{.parallel = 2, .requests = 4, .connection = {.timeout = 100ms}});
  EXPECT_EQ(failures_of(tally, Failure::timeout), 4U);
}

TEST(RunTest, AStopEndsTheRunAndAccountsForAll) {
  const auto endpoint = start_endpoint(20ms);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  std::atomic<bool> stop{false};
  std::thread stopper([&stop] {
    std::this_thread::sleep_for(300ms);
    stop = true;
  });
  const Tally tally = run_stripe(
      *chat, RunOptions{.rpm = 6'000, .parallel = 10, .requests = 100'000}, {.stop = &stop});
  stopper.join();
  EXPECT_TRUE(tally.cut_short);
  EXPECT_TRUE(tally.adds_up());
  EXPECT_GT(tally.succeeded, 0U);
  EXPECT_EQ(tally.failed, 0U) << message_of(tally.first_failure);
  EXPECT_GT(tally.not_sent, 90'000U);
}

TEST(RunTest, AStopDoesNotWaitForAServerThatNeverAnswers) {
  const auto endpoint = start_endpoint(60s);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  std::atomic<bool> stop{false};
  std::thread stopper([&stop] {
    std::this_thread::sleep_for(200ms);
    stop = true;
  });
  const Tally tally = run_stripe(*chat, RunOptions{.parallel = 3, .requests = 100, .grace = 100ms},
                                 {.stop = &stop});
  stopper.join();
  EXPECT_EQ(tally.cut_off, 3U);
  EXPECT_EQ(tally.failed, 0U) << message_of(tally.first_failure);
  EXPECT_EQ(tally.not_sent, 97U);
  EXPECT_TRUE(tally.adds_up());
}

TEST(RunTest, ARunWithoutGoogleBenchmarkHasTallyAndVerdict) {
  const auto endpoint = start_endpoint(20ms);
  const auto chat = make_workload({endpoint->url(), ""}, TextGeneration{});
  const RunResult kept = run_workload(*chat, {.rpm = 6'000, .parallel = 50, .requests = 60});
  EXPECT_EQ(kept.tally.succeeded, 60U);
  const RunResult held = run_workload(*chat, {.rpm = 60'000, .parallel = 1, .requests = 60});
  EXPECT_EQ(held.verdict.bound, Bound::parallel);
  EXPECT_NE(held.verdict.words.find("1 in flight allowed"), std::string::npos);
  const std::atomic<bool> stop{true};
  EXPECT_EQ(run_workload(*chat, {.requests = 60}, &stop).tally.sent, 0U);
}

}  // namespace
}  // namespace paceline::run
