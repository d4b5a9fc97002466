#include <endpoint/random_models.h>
#include <gtest/gtest.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text_generation.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "../../message_of.h"
#include "../../open_descriptors.h"
#include "../../started_endpoint.h"
#include "tls_proxy.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t request_count = 300;
constexpr double faulty = 0.1;
constexpr std::uint64_t endpoint_seed = 5;

EndpointOptions with_fault(Fault fault) {
  EndpointOptions options = at_once();
  options.faults = {.shares = {{fault, faulty}}, .time = 100ms};
  options.seed = endpoint_seed;
  return options;
}

/// What the endpoint will have drawn for the requests of a run.
std::uint64_t faults_drawn(Fault fault) {
  endpoint::FaultDice dice = endpoint::fault_dice(with_fault(fault));
  std::uint64_t count = 0;
  for (std::uint64_t i = 0; i < request_count; ++i) count += dice.next() ? 1U : 0U;
  return count;
}

/// The failures that a fault may come to.
struct Expected {
  const char* name;
  std::vector<Failure> failures{};
  bool lasts_until_timeout = false;
};

Expected expected_of(Fault fault, bool by_proxy) {
  switch (fault) {
    case Fault::http_500:
      return {"http_500", {Failure::http_5xx}};
    case Fault::http_503:
      return {"http_503", {Failure::http_5xx}};
    case Fault::delay:
      return {"delay", {}};
    case Fault::stall:
      return {"stall", {Failure::timeout}, true};
    case Fault::reset:
      // A proxy that has not passed the headers on yet may answer 502 instead.
      return by_proxy ? Expected{"reset", {Failure::reset, Failure::http_5xx}}
                      : Expected{"reset", {Failure::reset}};
    case Fault::close:
      return {"close", {Failure::reset}};
    case Fault::half_event:
      return {"half_event", {Failure::bad_response}};
    case Fault::bad_json:
      return {"bad_json", {Failure::bad_response}};
    case Fault::wrong_length:
      return {"wrong_length", {Failure::reset}};
    case Fault::slow_drip:
      return {"slow_drip", {Failure::timeout}, true};
    case Fault::huge_body:
      return {"huge_body", {Failure::bad_response}};
    case Fault::content_filter:
      return {"content_filter", {}};
    case Fault::error_event:
      // The endpoint's words say that it is overloaded.
      return {"error_event", {Failure::http_5xx}};
    case Fault::bad_output:
      return {"bad_output", {}};
  }
  return {};
}

class FaultMatrixTest : public testing::TestWithParam<std::tuple<Fault, bool, bool>> {
 protected:
  bool uses_tls() const { return std::get<1>(GetParam()); }
  bool is_streamed() const { return std::get<2>(GetParam()); }
  Expected expected() const { return expected_of(std::get<0>(GetParam()), uses_tls()); }

  void start_endpoint(EndpointOptions options) {
    if (endpoint_) options.port = endpoint_->port();
    endpoint_.reset();
    endpoint_ = started(std::move(options));
    ASSERT_TRUE(endpoint_);
    if (uses_tls() && !proxy_) proxy_.emplace(endpoint_->port());
  }

  Tally run_once(std::chrono::milliseconds timeout) {
    RunPlan options(RunOptions{.parallel = 16, .requests = request_count});
    options.connection.timeout = timeout;
    options.connection.max_response = 1U << 20U;
    if (proxy_) options.connection.ca_file = proxy_->ca_file();
    const auto workload = make_workload({proxy_ ? proxy_->url() : endpoint_->url(), ""},
                                        TextGeneration{.is_streamed = is_streamed()});
    return run_stripe(*workload, options);
  }

  /// Sockets close a little after the run's end at their other end.
  static void expect_descriptors(std::ptrdiff_t before) {
    const auto until = Clock::now() + 10s;
    while (open_descriptors() > before && Clock::now() < until) std::this_thread::sleep_for(10ms);
    EXPECT_LE(open_descriptors(), before);
  }

 private:
  std::unique_ptr<Endpoint> endpoint_;
  std::optional<TlsProxy> proxy_;
};

TEST_P(FaultMatrixTest, EndsAddsUpLeaksNothingAndTheNextRunIsClean) {
  const auto fault = std::get<0>(GetParam());
  ASSERT_NO_FATAL_FAILURE(start_endpoint(with_fault(fault)));
  const auto before = open_descriptors();

  const Tally tally = run_once(expected().lasts_until_timeout ? 1s : 30s);
  EXPECT_TRUE(tally.adds_up());
  EXPECT_EQ(message_of(tally.stopped_why), "");
  EXPECT_EQ(tally.not_sent, 0U);
  EXPECT_EQ(tally.sends, request_count);
  EXPECT_EQ(tally.http_version, uses_tls() ? "HTTP/2" : "HTTP/1.1");
  const auto failures = expected().failures;
  EXPECT_EQ(tally.failed, failures.empty() ? 0 : faults_drawn(fault))
      << message_of(tally.first_failure);
  EXPECT_EQ(tally.tokens.finishes[static_cast<std::size_t>(Finish::content_filter)],
            fault == Fault::content_filter ? faults_drawn(fault) : 0);
  for (std::size_t kind = 0; kind < failure_kinds; ++kind) {
    const auto failure = static_cast<Failure>(kind);
    if (std::find(failures.begin(), failures.end(), failure) != failures.end()) continue;
    EXPECT_EQ(tally.failed_by(failure), 0U)
        << "kind " << kind << ": " << message_of(tally.first_failure);
  }
  expect_descriptors(before);

  ASSERT_NO_FATAL_FAILURE(start_endpoint(at_once()));
  const Tally clean = run_once(30s);
  EXPECT_EQ(clean.succeeded, request_count) << message_of(clean.first_failure);
}

std::string case_name(const testing::TestParamInfo<FaultMatrixTest::ParamType>& info) {
  const auto [fault, uses_tls, is_streamed] = info.param;
  return std::string(expected_of(fault, uses_tls).name) + (uses_tls ? "_http2" : "_http1") +
         (is_streamed ? "_streamed" : "_whole");
}

INSTANTIATE_TEST_SUITE_P(
    All, FaultMatrixTest,
    testing::Combine(testing::Values(Fault::http_500, Fault::http_503, Fault::delay, Fault::stall,
                                     Fault::reset, Fault::close, Fault::half_event, Fault::bad_json,
                                     Fault::wrong_length, Fault::slow_drip, Fault::huge_body,
                                     Fault::content_filter, Fault::error_event, Fault::bad_output),
                     testing::Bool(), testing::Bool()),
    case_name);

}  // namespace
}  // namespace paceline::run
