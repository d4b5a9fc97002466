#include <gtest/gtest.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text_generation.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../../message_of.h"
#include "../../started_endpoint.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

/// Chat whose response to one item counts as a refusal of the key.
class Refused : public Workload {
 public:
  Refused(const Api& api, std::uint64_t item)
      : chat_(make_workload(api, TextGeneration{})), item_(item) {}
  void make(std::uint64_t item, Request& request) override {
    chat_->make(item, request);
    if (item == item_) request.name = "refused";
  }
  Outcome read(const Request& request, Response& response) override {
    if (request.name == "refused") response.status = 401;
    if (request.name == "refused") return failed(Failure::http_4xx, "no");
    return chat_->read(request, response);
  }

 private:
  std::unique_ptr<Workload> chat_;
  std::uint64_t item_;
};

TEST(StripesTest, EachBeginsAtAnotherInterface) {
  RunPlan plan(RunOptions{.parallel = 8, .connection = {.interfaces = {"a", "b", "c"}}});
  using Names = std::vector<std::string>;
  const auto interfaces_of = [&plan](std::uint64_t stripe) {
    plan.stripe = {stripe, 8};
    return client_options(plan).connection.interfaces;
  };
  EXPECT_EQ(interfaces_of(0), (Names{"a", "b", "c"}));
  EXPECT_EQ(interfaces_of(1), (Names{"b", "c", "a"}));
  EXPECT_EQ(interfaces_of(5), (Names{"c", "a", "b"}));
  plan.connection.interfaces.clear();
  EXPECT_EQ(interfaces_of(5), Names{});
}

TEST(StripesTest, AStripeThatEndsTheRunEndsTheOthers) {
  constexpr std::uint64_t stripes = 3;
  const auto endpoint = started({.latency = 1ms});
  RunPlan plan(RunOptions{.rpm = 6'000, .parallel = 30, .requests = 6'000});
  plan.is_ended = std::make_shared<std::atomic<bool>>(false);
  std::vector<stats::RunTally> tallies(stripes);
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < stripes; ++i) {
      threads.emplace_back([&, i] {
        Refused workload({endpoint->url(), ""}, 30);
        RunPlan mine = plan;
        mine.stripe = {i, stripes};
        tallies[i] = run_stripe(workload, mine);
      });
    }
  }
  ASSERT_TRUE(tallies[0].stopped_why);
  for (const stats::RunTally& tally : tallies) {
    EXPECT_TRUE(tally.cut_short);
    EXPECT_GT(tally.not_sent, 0U);
    EXPECT_TRUE(tally.adds_up());
  }
  EXPECT_FALSE(tallies[1].stopped_why);
  stats::RunTally whole = std::move(tallies[0]);
  whole.merge(tallies[1]);
  whole.merge(tallies[2]);
  EXPECT_EQ(message_of(whole.stopped_why), "the server refuses the key: no");
  EXPECT_EQ(whole.threads, stripes);
}

TEST(StripesTest, ManyStripesNeedTheDescriptorsOfEach) {
  const ConnectionOptions connection;
  const std::size_t one = descriptors_for(connection, 100, 1);
  const std::size_t four = descriptors_for(connection, 100, 4);
  EXPECT_GT(four, one);
  EXPECT_EQ(four, 4 * descriptors_for(connection, 25, 1));
}

}  // namespace
}  // namespace paceline::run
