#include <gtest/gtest.h>
#include <paceline/stats/run_tally.h>
#include <paceline/stats/tally_bytes.h>
#include <paceline/stats/timeline.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace paceline::stats {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// Two timelines are equal if their bytes are.
std::string bytes_of(const Timeline& timeline) {
  RunTally tally;
  tally.timeline = timeline;
  return bytes_of(tally);
}

Timeline with_width(Timeline timeline, nanoseconds width) {
  while (timeline.width() < width) timeline.widen();
  return timeline;
}

std::vector<double> seconds_in_flight(const Timeline& timeline) {
  std::vector<double> seconds;
  for (const nanoseconds time : timeline.times_in_flight()) seconds.push_back(seconds_of(time));
  return seconds;
}

/// One request: due, sent, and with its response.
void add(Timeline& timeline, nanoseconds sent, nanoseconds latency, bool has_failed = false) {
  timeline.depart(sent, sent - 10ms);
  timeline.land(sent + latency);
  timeline.end(sent + latency, has_failed,
               has_failed ? std::nullopt : std::optional<nanoseconds>(latency));
}

TEST(TimelineTest, EventsCountInTheSliceOfTheirTime) {
  Timeline timeline;
  add(timeline, 2'500ms, 100ms);
  add(timeline, 2'950ms, 100ms, true);
  add(timeline, 3'000ms, 30ms);
  timeline.end(2'999ms, true, std::nullopt);
  timeline = with_width(timeline, 1s);
  ASSERT_EQ(timeline.width(), 1s);
  ASSERT_EQ(timeline.slices().size(), 4U);
  const Timeline::Slice& second = timeline.slices()[2];
  EXPECT_EQ(second.due, 3U);
  EXPECT_EQ(second.sent, 2U);
  EXPECT_EQ(second.ended, 2U);
  EXPECT_EQ(second.failed, 1U);
  EXPECT_EQ(second.latency.count(), 1U);
  const Timeline::Slice& third = timeline.slices()[3];
  EXPECT_EQ(third.due, 0U);
  EXPECT_EQ(third.sent, 1U);
  EXPECT_EQ(third.ended, 2U);
  EXPECT_EQ(third.failed, 1U);
  EXPECT_EQ(third.latency.count(), 1U);
  EXPECT_EQ(timeline.slices()[0].sent + timeline.slices()[1].sent, 0U);
  EXPECT_EQ(timeline.last(), 3'050ms);
}

TEST(TimelineTest, AnUnpacedRequestIsNotDue) {
  Timeline timeline;
  timeline.depart(1s, std::nullopt);
  for (const Timeline::Slice& slice : timeline.slices()) EXPECT_EQ(slice.due, 0U);
}

TEST(TimelineTest, ARequestIsInFlightInEachSliceUntilItsEnd) {
  Timeline timeline;
  // No event touches the seconds 2 to 4.
  add(timeline, 1'250ms, 4s);
  add(timeline, 1'500ms, 250ms);
  const auto seconds = seconds_in_flight(with_width(timeline, 1s));
  const std::vector<double> expected{0, 1, 1, 1, 1, 0.25};
  EXPECT_EQ(seconds, expected);
  // Twice as wide, the slices have the same times together.
  const std::vector<double> pairs{1, 2, 1.25};
  EXPECT_EQ(seconds_in_flight(with_width(timeline, 2s)), pairs);
}

TEST(TimelineTest, WhatHasNotEndedStaysInFlight) {
  Timeline timeline;
  timeline.depart(500ms, 500ms);
  add(timeline, 3s, 250ms);
  const std::vector<double> expected{0.5, 1, 1, 1.25};
  EXPECT_EQ(seconds_in_flight(with_width(timeline, 1s)), expected);
}

TEST(TimelineTest, ANegativeTimeCountsAtTheStart) {
  Timeline timeline;
  timeline.depart(-5ms, -5ms);
  timeline.land(1s);
  timeline = with_width(timeline, 1s);
  EXPECT_EQ(timeline.slices()[0].due, 1U);
  EXPECT_EQ(timeline.times_in_flight()[0], 1s);
}

TEST(TimelineTest, ALongRunHasWiderSlicesAndNotMore) {
  Timeline timeline;
  for (int second = 0; second < 100'000; ++second) {
    add(timeline, second * 1s, 1ms);
    ASSERT_LE(timeline.slices().size(), Timeline::most_slices);
  }
  EXPECT_EQ(timeline.width(), 256s);
  EXPECT_EQ(timeline.slices().size(), 391U);
  std::uint64_t sent = 0;
  for (const Timeline::Slice& slice : timeline.slices()) sent += slice.sent;
  EXPECT_EQ(sent, 100'000U);
  // A wrong clock ends neither the loop nor the memory.
  timeline.depart(nanoseconds::max(), nanoseconds::max());
  EXPECT_LE(timeline.slices().size(), Timeline::most_slices);
}

struct Event {
  nanoseconds sent;
  nanoseconds latency;
  bool has_failed;
};

std::vector<Event> random_events() {
  std::mt19937_64 random(3);
  std::vector<Event> events;
  for (int i = 0; i < 3'000; ++i) {
    events.push_back({nanoseconds(random() % 40'000'000'000), nanoseconds(random() % 3'000'000'000),
                      random() % 10 == 0});
  }
  return events;
}

TEST(TimelineTest, StripesMergeToTheTimelineOfTheWholeInAnyOrder) {
  Timeline whole;
  std::array<Timeline, 3> stripes;
  for (const auto& [sent, latency, has_failed] : random_events()) {
    add(whole, sent, latency, has_failed);
    // The stripes end at different times, so that their widths differ.
    const std::size_t stripe = sent < 9s ? 0 : sent < 25s ? 1 : 2;
    add(stripes[stripe], sent, latency, has_failed);
  }
  EXPECT_LT(stripes[0].width(), stripes[1].width());
  EXPECT_LT(stripes[1].width(), stripes[2].width());
  const std::string expected = bytes_of(whole);
  std::array<std::size_t, 3> order{0, 1, 2};
  do {
    Timeline merged = stripes[order[0]];
    merged.merge(stripes[order[1]]);
    merged.merge(stripes[order[2]]);
    merged.merge({});
    EXPECT_EQ(bytes_of(merged), expected) << order[0] << order[1] << order[2];
  } while (std::next_permutation(order.begin(), order.end()));
  Timeline grouped = stripes[1];
  grouped.merge(stripes[2]);
  Timeline merged = stripes[0];
  merged.merge(grouped);
  EXPECT_EQ(bytes_of(merged), expected);
}

TEST(TimelineTest, TheOrderOfEventsDoesNotMatter) {
  std::vector<Event> events = random_events();
  Timeline sent_in_order;
  Timeline reversed;
  for (const auto& [sent, latency, has_failed] : events) {
    add(sent_in_order, sent, latency, has_failed);
  }
  std::reverse(events.begin(), events.end());
  for (const auto& [sent, latency, has_failed] : events) add(reversed, sent, latency, has_failed);
  EXPECT_EQ(bytes_of(reversed), bytes_of(sent_in_order));
}

TEST(TimelineTest, AShortRunHasEnoughSlicesForStatistics) {
  Timeline timeline;
  for (int i = 0; i < 200; ++i) add(timeline, i * 5ms, 1ms);
  EXPECT_GE(timeline.slices().size(), 20U);
}

}  // namespace
}  // namespace paceline::stats
