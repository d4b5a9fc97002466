#include <gtest/gtest.h>
#include <paceline/stats/course.h>

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "simulated_server.h"

namespace paceline::stats {
namespace {

using namespace std::chrono_literals;

std::optional<Saturation> saturation_of(const SimulatedRun& run) {
  return simulate(run).levels.saturation();
}

TEST(LevelsTest, OfNoRequestsSayNothing) {
  EXPECT_FALSE(Levels().saturation());
}

TEST(LevelsTest, ASaturatedServerIsSeenHoweverFarAboveItsConcurrency) {
  for (const auto& [concurrency, latency] : {std::pair{4UL, 0.2}, {10UL, 0.1}, {32UL, 2.0}}) {
    for (const double times : {1.5, 2.0, 5.0, 14.0}) {
      for (const std::uint64_t requests : {200U, 2000U}) {
        const auto parallel = static_cast<std::uint64_t>(times * static_cast<double>(concurrency));
        // Below, a single request is all that shows it.
        if (parallel < 8 || parallel * 2 > requests) continue;
        const double capacity = static_cast<double>(concurrency) / latency;
        const auto found = saturation_of({.rpm = 150 * capacity,
                                          .parallel = parallel,
                                          .requests = requests,
                                          .concurrency = concurrency,
                                          .service = nearly(latency)});
        ASSERT_TRUE(found) << concurrency << " at once, parallel " << parallel << ", " << requests;
        EXPECT_NEAR(found->rate, capacity, 0.15 * capacity);
        EXPECT_LE(found->enough_in_flight, 1.6 * static_cast<double>(concurrency));
        EXPECT_GT(found->times_as_long, 1.1);
      }
    }
  }
}

TEST(LevelsTest, SoIsOneWithoutARate) {
  // All of `parallel` leave at once.
  EXPECT_TRUE(
      saturation_of({.parallel = 40, .requests = 400, .concurrency = 8, .service = nearly(0.1)}));
  EXPECT_FALSE(saturation_of({.parallel = 40, .requests = 400, .service = nearly(0.1)}));
}

TEST(LevelsTest, SoIsOneWhoseTimesAreRandom) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    found += saturation_of({.rpm = 6'000,
                            .parallel = 60,
                            .requests = 1'000,
                            .concurrency = 8,
                            .service = lognormal(0.2, 0.5),
                            .seed = seed})
                 ? 1
                 : 0;
  }
  EXPECT_GE(found, 48);
}

TEST(LevelsTest, AServerWithoutBoundsIsNotHoweverRandomItsTimes) {
  const std::vector<std::function<double(std::mt19937_64&)>> services{
      fixed(0.05), nearly(0.05), lognormal(0.2, 0.3), lognormal(0.2, 1), lognormal(2, 2),
      exponential(0.5),
      [](std::mt19937_64& random) { return std::uniform_real_distribution(0.0, 1.0)(random); },
      // One in ten from a cache.
      [](std::mt19937_64& random) { return random() % 10 == 0 ? 0.005 : 2.0; }};
  for (std::size_t i = 0; i < services.size(); ++i) {
    for (const std::uint64_t parallel : {2U, 5U, 8U, 20U, 100U}) {
      for (const bool is_poisson : {false, true}) {
        for (std::uint64_t seed = 1; seed <= 100; ++seed) {
          EXPECT_FALSE(saturation_of({.rpm = 60'000,
                                      .parallel = parallel,
                                      .requests = 20 * parallel,
                                      .service = services[i],
                                      .seed = seed,
                                      .is_poisson = is_poisson}))
              << "service " << i << ", parallel " << parallel << ", seed " << seed;
        }
      }
    }
  }
}

TEST(LevelsTest, ConnectionsThatAreMadeAtTheStartHideNothingAndShowNothing) {
  SimulatedRun run{.rpm = 3'000, .parallel = 16, .requests = 300, .concurrency = 4};
  run.service = nearly(0.2);
  run.connect = 0.03;
  EXPECT_TRUE(saturation_of(run));
  run.concurrency = 0;
  EXPECT_FALSE(saturation_of(run));
}

TEST(LevelsTest, AServerThatStillDoesMoreIsNotSaturated) {
  // Latency grows by the share of a batch, and the rate still by a third where in flight doubles.
  Levels levels;
  constexpr std::uint64_t parallel = 32;
  for (std::uint64_t i = 1; i <= 600; ++i) {
    const std::uint64_t in_flight = std::min(i, parallel);
    const double seconds = 1 + static_cast<double>(in_flight) / 16;
    levels.record(in_flight, as_time(seconds));
  }
  EXPECT_FALSE(levels.saturation());
}

TEST(LevelsTest, StripesAddUp) {
  const SimulatedRun run{.rpm = 1'500, .parallel = 8, .requests = 200, .concurrency = 2};
  Levels levels = simulate(run).levels;
  const auto alone = levels.saturation();
  levels.merge(simulate(run).levels);
  const auto both = levels.saturation();
  ASSERT_TRUE(alone && both);
  EXPECT_NEAR(both->rate, alone->rate, 1e-9);
}

TEST(LevelsTest, TakesAnyNumber) {
  Levels levels;
  for (const std::uint64_t in_flight : {0ULL, 1ULL, 15ULL, 16ULL, 17ULL, 1ULL << 40U, ~0ULL}) {
    for (int i = 0; i < 20; ++i) levels.record(in_flight, 0ns);
  }
  EXPECT_FALSE(levels.saturation());
}

}  // namespace
}  // namespace paceline::stats
