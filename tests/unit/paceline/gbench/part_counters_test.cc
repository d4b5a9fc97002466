#include <gtest/gtest.h>
#include <paceline/gbench/part_counters.h>

#include <array>
#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace paceline::gbench {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

Description mix(std::vector<Part> parts) {
  return {.parts = std::move(parts)};
}

Names names_of(const PartCounters& asked, const Description& workload) {
  return make_groups(asked, workload, "http://127.0.0.1:7/v1", text::Gate())->names;
}

TEST(PartCountersTest, AreNoneUnlessAskedFor) {
  EXPECT_EQ(make_groups({}, mix({{"a", "http://h/v1"}}), {}, text::Gate()), nullptr);
}

TEST(PartCountersTest, AGroupForEachModelAndEachUrl) {
  const Description workload = mix({{"a", "http://u/v1/x"},
                                    {"b", "http://u/v1/x"},
                                    {"a", "http://me:abc@v:1/v1/x?key=abc"},
                                    {"b", "http://me:abc@v:1/v1/x?key=abc"}});
  const auto groups = make_groups({.model = true, .url = true}, workload, {}, text::Gate());
  EXPECT_EQ(groups->names, (Names{"model=a", "model=b", "url=u", "url=v:1"}));
  EXPECT_EQ(groups->of_part,
            (std::vector<std::vector<std::size_t>>{{0, 2}, {1, 2}, {0, 3}, {1, 3}}));
}

TEST(PartCountersTest, UrlsOfOneHostAreToldApart) {
  EXPECT_EQ(names_of({.url = true}, mix({{"a", "http://h/one/v1"}, {"a", "http://h/two/v1"}})),
            (Names{"url=h/one/v1", "url=h/two/v1"}));
}

TEST(PartCountersTest, AWorkloadThatIsNoMixHasOneOfEach) {
  EXPECT_EQ(names_of({.model = true, .url = true}, {.model = "m", .url = "http://h/v1"}),
            (Names{"model=m", "url=h"}));
  EXPECT_EQ(names_of({.url = true}, {.model = "m", .url = "http://127.0.0.1:7/v1/chat"}),
            (Names{"url=embedded endpoint"}));
}

TEST(PartCountersTest, NamesPassTheGate) {
  text::Gate gate;
  gate.add_secret("a-long-secret");
  EXPECT_EQ(
      make_groups({.model = true}, mix({{"x\n\x1b", ""}, {"a-long-secret", ""}}), {}, gate)->names,
      (Names{"model=x \uFFFD", "model=[removed]"}));
}

TEST(PartCountersTest, HaveTheFiguresOfTheirGroups) {
  stats::RunTally tally;
  tally.first_send = 0s;
  tally.last_done = 2s;
  tally.parts.emplace(make_groups({.model = true, .status = true},
                                  mix({{"a", ""}, {"b", ""}, {"c", ""}}), {}, text::Gate()));
  constexpr std::array<std::chrono::nanoseconds, 1> gaps{100ms};
  tally.parts->count({.part = 0,
                      .status = 200,
                      .latency = 500ms,
                      .first_token = 200ms,
                      .token_gaps = gaps,
                      .tokens_out = 8});
  tally.parts->count({.part = 0, .has_failed = true, .status = 0});
  tally.parts->count({.part = 1, .status = 200, .latency = 1s});
  benchmark::UserCounters counters;
  set_part_counters(counters, tally);
  EXPECT_EQ(counters.at("requests@model=a"), 2);
  EXPECT_EQ(counters.at("error_ratio@model=a"), 0.5);
  EXPECT_EQ(counters.at("p50@model=a"), 0.5);
  EXPECT_EQ(counters.at("p99@model=b"), 1);
  EXPECT_EQ(counters.at("ttft_p50@model=a"), 0.2);
  EXPECT_EQ(counters.at("ttft_p99@model=a"), 0.2);
  EXPECT_EQ(counters.at("itl_p50@model=a"), 0.1);
  EXPECT_EQ(counters.at("tokens_out@model=a"), 4);
  EXPECT_FALSE(counters.contains("ttft_p50@model=b"));
  EXPECT_EQ(counters.at("requests@model=c"), 0);
  EXPECT_FALSE(counters.contains("p50@model=c"));
  EXPECT_EQ(counters.at("status_200"), 2);
  EXPECT_EQ(counters.at("status_0"), 1);
}

TEST(PartCountersTest, ATallyWithoutPartsHasNone) {
  benchmark::UserCounters counters;
  set_part_counters(counters, {});
  EXPECT_TRUE(counters.empty());
}

}  // namespace
}  // namespace paceline::gbench
