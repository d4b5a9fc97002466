// The schedule of a run, as the endpoint saw it. The kernel notes when a request arrives, so that
// no check depends on when a busy thread of the endpoint reads.

#include <gtest/gtest.h>
#include <paceline/pace/pacer.h>
#include <paceline/pace/schedule.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text_generation.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "../../message_of.h"
#include "../../started_endpoint.h"
#include "../../tcp_pair.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;
using Times = std::vector<std::chrono::nanoseconds>;

/// A request departs before its connection is made, and a thread may be preempted on both sides: up
/// to this many requests may depart before the kernel notes the arrival of an earlier one.
constexpr std::size_t most_under_way = 8;

/// Chat that blocks the run's thread for a while before it makes one of the requests.
class StallingChat : public Workload {
 public:
  StallingChat(const Api& api, std::uint64_t at, std::chrono::milliseconds stall)
      : chat_(make_workload(api, TextGeneration{})), at_(at), stall_(stall) {}

  void begin_run(std::uint64_t salt) override { chat_->begin_run(salt); }
  void make(std::uint64_t item, Request& request) override {
    if (item == at_) std::this_thread::sleep_for(stall_);
    chat_->make(item, request);
  }
  Outcome read(const Request& request, Response& response) override {
    return chat_->read(request, response);
  }

 private:
  std::unique_ptr<Workload> chat_;
  std::uint64_t at_;
  std::chrono::milliseconds stall_;
};

/// The connection of TcpPair keeps the kernel's notes switched on.
class PacingTest : public TcpPair {
 protected:
  void SetUp() override {
    if (!notes_are_taken()) GTEST_SKIP() << "this system takes no note of when bytes come";
    EndpointOptions options;
    options.latency = 5ms;
    options.has_kernel_times = true;
    options.record_arrivals = 1'000;
    endpoint_ = started(std::move(options));
  }

  Api api() const { return {endpoint_->url(), ""}; }

  /// Runs `workload` and returns when each request arrived, measured from the start of the
  /// schedule.
  Times arrivals_of(Workload& workload, RunPlan options) {
    const std::size_t before = endpoint_->arrivals().size();
    const TimePoint start = Clock::now() + 20ms;
    options.start = [start] { return RunStart{start}; };
    const Tally tally = run_stripe(workload, options);
    EXPECT_EQ(tally.succeeded, options.requests) << message_of(tally.first_failure);
    Times arrivals;
    for (const TimePoint arrival : endpoint_->arrivals()) arrivals.push_back(arrival - start);
    arrivals.erase(arrivals.begin(), arrivals.begin() + static_cast<std::ptrdiff_t>(before));
    EXPECT_EQ(arrivals.size(), options.requests);
    return arrivals;
  }

  Times arrivals_of_chat(const RunPlan& options) {
    return arrivals_of(*make_workload(api(), TextGeneration{}), options);
  }

 private:
  std::unique_ptr<Endpoint> endpoint_;
};

Times due_times(const RunPlan& options) {
  const auto schedule = pace::make_schedule(
      options.arrivals, pace::Rate::per_minute(options.rpm).value(), options.seed);
  Times due;
  for (std::uint64_t slot = 0; slot < options.requests; ++slot) due.push_back(schedule->due(slot));
  return due;
}

/// No window of arrivals contains more requests than the pacer's bound allows, with any delay.
void expect_within(const pace::PacerBound& bound, const Times& arrivals, const Times& due,
                   const RunPlan& options) {
  const double interval_ns = 60e9 / static_cast<double>(options.rpm);
  const auto gaps = static_cast<std::size_t>(
      std::max(1.0, std::floor(static_cast<double>(bound.span.count()) / interval_ns)));
  for (std::size_t first = 0; first + most_under_way + gaps < arrivals.size(); ++first) {
    const std::size_t departed = first + most_under_way;
    const std::size_t last = departed + gaps;
    const auto planned = static_cast<double>((due[last] - due[departed]).count());
    ASSERT_GE(static_cast<double>((arrivals[last] - arrivals[first]).count()),
              bound.share * planned - 1)
        << "requests " << first << " to " << last << " arrived as a burst";
  }
}

void expect_paced(const Times& arrivals, const RunPlan& options) {
  const Times due = due_times(options);
  ASSERT_EQ(arrivals.size(), due.size());
  for (std::size_t i = 0; i < due.size(); ++i) {
    ASSERT_GE(arrivals[i], due[i]) << "request " << i << " arrived before it was due";
  }
  for (const pace::PacerBound& bound : pace::usual_bounds())
    expect_within(bound, arrivals, due, options);
}

TEST_F(PacingTest, NoBurstAtTheStart) {
  const RunPlan options(RunOptions{.rpm = 60'000, .parallel = 100, .requests = 500});
  expect_paced(arrivals_of_chat(options), options);
}

TEST_F(PacingTest, NoBurstAfterAStall) {
  const RunPlan options(RunOptions{.rpm = 60'000, .parallel = 100, .requests = 300});
  StallingChat chat(api(), 100, 50ms);
  const Times arrivals = arrivals_of(chat, options);
  expect_paced(arrivals, options);
  EXPECT_GE(arrivals[100], due_times(options)[99] + 50ms) << "nothing was to be made up";
}

TEST_F(PacingTest, EveryPrecisionKeepsTheSchedule) {
  for (const Precision precision : {Precision::timer, Precision::fine, Precision::spin}) {
    const RunPlan options(
        RunOptions{.rpm = 60'000, .parallel = 100, .requests = 200, .precision = precision});
    expect_paced(arrivals_of_chat(options), options);
  }
}

TEST_F(PacingTest, RandomArrivalsAreSentAndCounted) {
  const RunPlan options(RunOptions{
      .rpm = 60'000, .parallel = 100, .requests = 300, .arrivals = poisson_arrivals, .seed = 7});
  // A run that ignored the option would send some requests long before these times.
  const Times due = due_times(options);
  const Times even = due_times(RunOptions{.rpm = options.rpm, .requests = options.requests});
  std::chrono::nanoseconds most{0};
  for (std::size_t i = 0; i < due.size(); ++i) most = std::max(most, due[i] - even[i]);
  ASSERT_GT(most, 5ms);
  expect_paced(arrivals_of_chat(options), options);
}

}  // namespace
}  // namespace paceline::run
