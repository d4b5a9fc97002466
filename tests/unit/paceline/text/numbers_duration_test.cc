#include <gtest/gtest.h>
#include <paceline/text/numbers.h>

#include <chrono>
#include <string>
#include <string_view>

namespace paceline::text {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

nanoseconds read(std::string_view text) {
  const auto parsed = parse_duration(text);
  if (!parsed) ADD_FAILURE() << parsed.error().message;
  return parsed.value_or(nanoseconds(-1));
}

TEST(Duration, ReadsEveryUnit) {
  EXPECT_EQ(read("10ns"), 10ns);
  EXPECT_EQ(read("250us"), 250us);
  EXPECT_EQ(read("50ms"), 50ms);
  EXPECT_EQ(read("3s"), 3s);
  EXPECT_EQ(read("2m"), 2min);
}

TEST(Duration, ReadsFractionsToTheNanosecond) {
  EXPECT_EQ(read("1.5s"), 1500ms);
  EXPECT_EQ(read("0.6ms"), 600us);
  EXPECT_EQ(read("0.1s"), 100ms);
  EXPECT_EQ(read("1.4ns"), 1ns);
  EXPECT_EQ(read("0.5m"), 30s);
}

TEST(Duration, ZeroNeedsNoUnit) {
  EXPECT_EQ(read("0"), 0ns);
  EXPECT_EQ(read("0ms"), 0ns);
}

TEST(Duration, RefusesWithTheTextAndAnExample) {
  for (const char* text : {"", "5", "ms", "-5ms", "+5ms", "5 ms", "5ms ", "5hours", "inf", "nan",
                           "infs", "1e3s", "0x5s", "1.2.3s", ".", "5MS"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_value);
    EXPECT_EQ(parsed.error().message,
              "'" + std::string(text) +
                  "' is not a duration; give a number with ns, us, ms, s, m or h, such as 50ms or "
                  "1.5s");
  }
}

TEST(Duration, RefusesWhatNanosecondsCannotHold) {
  EXPECT_EQ(read("150000000m"), 150'000'000min);
  EXPECT_EQ(parse_duration("150000001m").error().message,
            "the duration '150000001m' is too long; give at most 150000000m");
  EXPECT_FALSE(parse_duration(std::string(400, '9') + "s"));
}

TEST(TimeUnit, IsRemovedFromTheFront) {
  std::string_view text = "ms30s";
  EXPECT_EQ(take_time_unit(text), 1ms);
  EXPECT_EQ(text, "30s");
  EXPECT_EQ(take_time_unit(text), std::nullopt);
  EXPECT_EQ(text, "30s");
  text = "m30s";
  EXPECT_EQ(take_time_unit(text), 1min);
  EXPECT_EQ(text, "30s");
}

}  // namespace
}  // namespace paceline::text
