#include <benchmark/benchmark.h>
#include <gtest/gtest.h>
#include <paceline/fixture.h>
#include <paceline/gbench/context.h>
#include <paceline/http/target.h>
#include <paceline/text_generation.h>

#include <memory>
#include <string>

#include "../../started_endpoint.h"
#include "collector.h"

namespace paceline::gbench {
namespace {

class Chat : public Fixture {
 public:
  std::unique_ptr<Workload> make_workload(const Api& api) override {
    return paceline::make_workload(api, TextGeneration{});
  }
};

BENCHMARK_DEFINE_F(Chat, at_two_urls)(benchmark::State& state) {
  run(state);
}
BENCHMARK_REGISTER_F(Chat, at_two_urls)
    ->ArgNames({"rpm", "parallel"})
    ->Args({0, 4})
    ->Threads(2)
    ->Iterations(31)
    ->UseManualTime();

TEST(FixtureUrlsTest, UrlsTakeTurnsOverAllThreads) {
  const auto one = started({});
  const auto other = started({});
  ContextSettings settings;
  settings.api.url = one->url();
  settings.urls = {one->url(), other->url()};
  settings.by = {.url = true, .status = true};
  const Context context(std::move(settings));
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector, std::string("at_two_urls"));
  ASSERT_EQ(collector.runs.size(), 1U);
  auto counters = collector.runs[0].counters;
  EXPECT_EQ(counters["requests@url=" + http::host_of(one->url())].value, 31);
  EXPECT_EQ(counters["requests@url=" + http::host_of(other->url())].value, 31);
  EXPECT_EQ(counters["status_200"].value, 62);
  // With the first request to each.
  EXPECT_EQ(one->requests(), 32U);
  EXPECT_EQ(other->requests(), 32U);
}

}  // namespace
}  // namespace paceline::gbench
