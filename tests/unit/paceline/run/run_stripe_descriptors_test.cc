#include <gtest/gtest.h>
#include <paceline/plain_http.h>
#include <paceline/run/run_stripe.h>

#include <chrono>

#include "../../started_endpoint.h"

#include "../../few_descriptors.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

TEST(RunStripe, NeedsNoMoreDescriptorsThanItSays) {
  if (sanitizer_needs_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors";
  const auto endpoint = started({.latency = 0ns});
  const auto workload = make_workload(PlainHttp{.url = endpoint->url() + "/models"});
  for (const TransportKind transport : {TransportKind::curl, TransportKind::direct}) {
    for (const bool reuses : {true, false}) {
      const RunOptions options{.parallel = 40,
                               .requests = 2'000,
                               .connection = {.transport = transport, .reuses = reuses}};
      const auto enough =
          static_cast<unsigned>(descriptors_for(options.connection, options.parallel, 1));
      EXPECT_TRUE(with_few_descriptors(
          enough, [&] { return run_stripe(*workload, options).succeeded == options.requests; }))
          << name_of(transport) << " " << reuses;
    }
  }
}

}  // namespace
}  // namespace paceline::run
