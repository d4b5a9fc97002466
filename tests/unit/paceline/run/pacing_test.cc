// The schedule of a run, by the times at which its requests departed and at which they arrived. The
// kernel notes when a request arrives, so that no check depends on when a busy thread of the
// endpoint reads. A busy kernel notes several requests at once; the check for bursts reads the
// departures.

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

/// Requests that are due at almost the same time are passed to the transport together, and the
/// thread may be preempted before the transport sends them: up to this many requests may depart
/// before an earlier one is sent.
constexpr std::size_t most_under_way = 4;

struct Stall {
  std::uint64_t at;
  std::chrono::milliseconds length;
};

/// Chat that notes when each request departed. It blocks the run's thread before it makes the
/// request of a stall.
class NotedChat : public Workload {
 public:
  explicit NotedChat(const Api& api, std::optional<Stall> stall = {})
      : chat_(make_workload(api, TextGeneration{})), stall_(stall) {}

  void begin_run(std::uint64_t salt) override { chat_->begin_run(salt); }
  void make(std::uint64_t item, Request& request) override {
    if (stall_ && item == stall_->at) std::this_thread::sleep_for(stall_->length);
    chat_->make(item, request);
  }
  Outcome read(const Request& request, Response& response) override {
    departures_.push_back(response.sent);
    return chat_->read(request, response);
  }

  /// In the order in which the requests departed.
  std::vector<TimePoint> departures() const {
    std::vector<TimePoint> sorted = departures_;
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }

 private:
  std::unique_ptr<Workload> chat_;
  std::optional<Stall> stall_;
  std::vector<TimePoint> departures_;
};

/// When the requests of a run departed and arrived, each in order, from the start of the schedule.
struct Flow {
  Times departures;
  Times arrivals;
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

  Flow flow_of(RunPlan options, std::optional<Stall> stall = {}) {
    NotedChat chat({endpoint_->url(), ""}, stall);
    const std::size_t before = endpoint_->arrivals().size();
    const TimePoint start = Clock::now() + 20ms;
    options.start = [start] { return RunStart{start}; };
    const Tally tally = run_stripe(chat, options);
    EXPECT_EQ(tally.succeeded, options.requests) << message_of(tally.first_failure);
    Flow flow;
    for (const TimePoint departure : chat.departures())
      flow.departures.push_back(departure - start);
    for (const TimePoint arrival : endpoint_->arrivals()) flow.arrivals.push_back(arrival - start);
    flow.arrivals.erase(flow.arrivals.begin(),
                        flow.arrivals.begin() + static_cast<std::ptrdiff_t>(before));
    std::sort(flow.arrivals.begin(), flow.arrivals.end());
    return flow;
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

/// No window of departures contains more requests than the pacer's bound allows, with any delay.
void expect_within(const pace::PacerBound& bound, const Times& departures, const Times& due,
                   const RunPlan& options) {
  const double interval_ns = 60e9 / static_cast<double>(options.rpm);
  const auto gaps = static_cast<std::size_t>(
      std::max(1.0, std::floor(static_cast<double>(bound.span.count()) / interval_ns)));
  for (std::size_t first = 0; first + most_under_way + gaps < departures.size(); ++first) {
    const std::size_t departed = first + most_under_way;
    const std::size_t last = departed + gaps;
    const auto planned = static_cast<double>((due[last] - due[departed]).count());
    ASSERT_GE(static_cast<double>((departures[last] - departures[first]).count()),
              bound.share * planned - 1)
        << "requests " << first << " to " << last << " departed as a burst";
  }
}

void expect_paced(const Flow& flow, const RunPlan& options) {
  const Times due = due_times(options);
  ASSERT_EQ(flow.departures.size(), due.size());
  ASSERT_EQ(flow.arrivals.size(), due.size());
  for (std::size_t i = 0; i < due.size(); ++i) {
    ASSERT_GE(flow.departures[i], due[i]) << "request " << i << " departed before it was due";
    ASSERT_GE(flow.arrivals[i], due[i]) << "request " << i << " arrived before it was due";
  }
  for (const pace::PacerBound& bound : pace::usual_bounds())
    expect_within(bound, flow.departures, due, options);
}

TEST_F(PacingTest, NoBurstAtTheStart) {
  const RunPlan options(RunOptions{.rpm = 60'000, .parallel = 100, .requests = 500});
  expect_paced(flow_of(options), options);
}

TEST_F(PacingTest, NoBurstAfterAStall) {
  const RunPlan options(RunOptions{.rpm = 60'000, .parallel = 100, .requests = 300});
  const Flow flow = flow_of(options, Stall{100, 50ms});
  expect_paced(flow, options);
  EXPECT_GE(flow.arrivals[100], due_times(options)[99] + 50ms) << "nothing was to be made up";
}

TEST_F(PacingTest, EveryPrecisionKeepsTheSchedule) {
  for (const Precision precision : {Precision::timer, Precision::fine, Precision::spin}) {
    const RunPlan options(
        RunOptions{.rpm = 60'000, .parallel = 100, .requests = 200, .precision = precision});
    expect_paced(flow_of(options), options);
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
  expect_paced(flow_of(options), options);
}

}  // namespace
}  // namespace paceline::run
