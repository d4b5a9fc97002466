#include <gtest/gtest.h>
#include <paceline/stats/normal_quantile.h>

#include <cmath>
#include <numbers>
#include <utility>

namespace paceline::stats {
namespace {

TEST(NormalQuantileTest, HasTheKnownValues) {
  // From Wichura's paper and from tables.
  for (const auto& [p, quantile] : {std::pair(0.25, -0.6744897501960817),
                                    {0.001, -3.090232306167814},
                                    {1e-20, -9.262340089798408},
                                    {0.5, 0.0},
                                    {0.9, 1.2815515655446004},
                                    {0.975, 1.959963984540054},
                                    {0.99, 2.3263478740408408},
                                    {0.999, 3.090232306167813}}) {
    EXPECT_NEAR(normal_quantile(p), quantile, 1e-14) << p;
  }
}

TEST(NormalQuantileTest, InvertsTheDistribution) {
  // Each of the three approximations, and the seams between them.
  for (const double p :
       {1e-300, 1e-50, 1e-12, 1.3e-11, 1.4e-11, 1e-6, 0.0749, 0.075, 0.0751, 0.3}) {
    const double share = std::erfc(-normal_quantile(p) / std::numbers::sqrt2) / 2;
    EXPECT_NEAR(share / p, 1, 1e-12) << p;
  }
}

TEST(NormalQuantileTest, IsSymmetric) {
  for (const double p : {0.25, 0.0625, 0x1p-20, 0x1p-50}) {
    EXPECT_EQ(normal_quantile(p), -normal_quantile(1 - p)) << p;
  }
}

}  // namespace
}  // namespace paceline::stats
