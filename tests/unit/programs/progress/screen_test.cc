#include <gtest/gtest.h>
#include <paceline/histogram.h>
#include <paceline/text/strings.h>
#include <programs/progress/screen.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::programs::progress {
namespace {

using namespace std::chrono_literals;

ScreenContent content() {
  ScreenContent content;
  run::Progress& progress = content.run.so_far;
  progress.planned = 1'000'000;
  progress.ended = 500'000;
  progress.failed = 15;
  progress.failures[static_cast<std::size_t>(Failure::timeout)] = 3;
  progress.failures[static_cast<std::size_t>(Failure::http_429)] = 12;
  progress.left = 500'084;
  progress.in_flight = 84;
  progress.p50 = 50'200us;
  progress.p99 = 1'234ms;
  progress.bound = Bound::paced;
  content.run.name = "chat/complete rpm:100000 parallel:500";
  content.run.asked_rpm = 110'000;
  content.run.recent_rpm = 109'990;
  content.parallel = 500;
  content.number = 2;
  content.runs = 4;
  content.seconds = {{50ms, 60ms}, {}, {50ms, 120ms}, {25ms, 60ms}};
  Histogram latency;
  for (int i = 0; i < 200; ++i) latency.record(i < 150 ? 50ms : 57ms);
  latency.record(120ms);
  const auto wide = latency.wide_counts();
  std::copy(wide.begin(), wide.end(), content.latency.begin());
  content.keys = "q: stop   + -: change the rate by 10%";
  return content;
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// The columns of a line, without its colours.
std::size_t columns_of(std::string_view line) {
  std::size_t columns = 0;
  while (!line.empty()) {
    if (line.front() == '\x1b') {
      line.remove_prefix(line.find('m') + 1);
      continue;
    }
    line.remove_prefix(std::max<std::size_t>(text::character_length(line), 1));
    ++columns;
  }
  return columns;
}

TEST(ScreenTest, HasEverythingOnEightyColumns) {
  EXPECT_EQ(text_of(screen_lines(content(), {{80, 24}, true, false})),
            R"(chat/complete rpm:100000 parallel:500                                run 2 of 4
[██████████████████████                      ]  50%  500.0k of 1.00M  4:33 left

rate       110.0k RPM sent, 110.0k asked
in flight  84 of 500
latency    p50 50.2 ms, p99 1.23 s
errors     15: timeouts 3, http_429 12
verdict    paced so far

latency of the last minute, second by second
p50        █ █▄  <= 50.0 ms
p99        ▄ █▄  <= 120 ms

 41.9 ms to 50.3 ms   ████████████████████████████████████████████████ 150
 50.3 ms to 58.7 ms   ████████████████ 50
 58.7 ms to 67.1 ms    0
 67.1 ms to 83.9 ms    0
 83.9 ms to  101 ms    0
  101 ms to  117 ms    0
  117 ms to  134 ms   ▎ 1
q: stop   + -: change the rate by 10%
)");
}

TEST(ScreenTest, AsciiHasNoOtherCharacters) {
  for (const std::string& line : screen_lines(content(), {{80, 24}, false, false})) {
    for (const char letter : line) EXPECT_TRUE(letter >= ' ' && letter <= '~') << line;
  }
}

TEST(ScreenTest, NoLineIsAsWideAsTheTerminalAndNoneIsTooMany) {
  ScreenContent wide = content();
  wide.run.name = std::string(300, 'n');
  wide.run.so_far.streams = 500'000;
  wide.run.so_far.ttft_p50 = 120ms;
  wide.run.so_far.ttft_p99 = 1'200ms;
  wide.run.so_far.retry_in = 40s;
  for (auto& failures : wide.run.so_far.failures) failures = 1'000'000;
  wide.seconds.assign(60, {50ms, 60ms});
  for (auto& count : wide.latency) count = 1'000'000'000;
  for (std::size_t width = 64; width < 200; ++width) {
    for (std::size_t height = 20; height < 60; height += 3) {
      const auto lines = screen_lines(wide, {{width, height}, width % 2 == 0, height % 2 == 0});
      EXPECT_LE(lines.size(), height);
      for (const std::string& line : lines) EXPECT_LT(columns_of(line), width) << line;
    }
  }
}

TEST(ScreenTest, AStreamHasItsTokens) {
  ScreenContent stream = content();
  stream.run.so_far.streams = 500'000;
  stream.run.so_far.ttft_p50 = 120ms;
  stream.run.so_far.ttft_p99 = 310ms;
  stream.run.recent_tokens = 26'667;
  EXPECT_NE(text_of(screen_lines(stream, {{80, 24}, true, false}))
                .find("\ntokens     26.7k per second, ttft p50 120 ms, p99 310 ms\n"),
            std::string::npos);
}

TEST(ScreenTest, ColoursTellGoodFromBad) {
  const auto has = [](const ScreenContent& shown, const std::string& text, bool has_colour) {
    return text_of(screen_lines(shown, {{80, 24}, true, has_colour})).find(text) !=
           std::string::npos;
  };
  EXPECT_TRUE(has(content(), "\x1b[32mpaced so far\x1b[0m", true));
  EXPECT_TRUE(has(content(), "\x1b[31m15: timeouts 3, http_429 12\x1b[0m", true));
  EXPECT_FALSE(has(content(), "\x1b", false));
  ScreenContent other = content();
  other.run.so_far.bound = Bound::failing;
  EXPECT_TRUE(has(other, "\x1b[31mfailing so far\x1b[0m", true));
  other.run.so_far.bound = Bound::client;
  EXPECT_TRUE(has(other, "\x1b[33mclient-bound so far\x1b[0m", true));
}

TEST(ScreenTest, TheStartOfAnUnpacedRun) {
  ScreenContent start;
  start.run.name = "x";
  start.run.so_far.planned = 10;
  start.run.so_far.is_warming_up = true;
  start.keys = "q: stop";
  EXPECT_EQ(text_of(screen_lines(start, {{64, 20}, false, false})), R"(x
[                                                ]  0%  warm-up

rate       0 RPM sent, unpaced
in flight  0 of 1
latency    no response yet
errors     none
verdict    too early to tell

latency of the last minute, second by second
p50        
p99        







q: stop
)");
}

TEST(ScreenTest, SmallTerminalsHaveNoRoom) {
  EXPECT_TRUE(has_room({64, 20}));
  EXPECT_FALSE(has_room({63, 20}));
  EXPECT_FALSE(has_room({64, 19}));
}

}  // namespace
}  // namespace paceline::programs::progress
