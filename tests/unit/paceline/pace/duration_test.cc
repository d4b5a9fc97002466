#include <gtest/gtest.h>
#include <paceline/pace/duration.h>

#include <chrono>
#include <string>
#include <variant>

namespace paceline {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

nanoseconds read(std::string_view text) {
  const auto parsed = parse_duration(text);
  const auto* duration = std::get_if<nanoseconds>(&parsed);
  if (duration == nullptr) ADD_FAILURE() << std::get<std::string>(parsed);
  return duration == nullptr ? nanoseconds(-1) : *duration;
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
    const auto* sentence = std::get_if<std::string>(&parsed);
    ASSERT_NE(sentence, nullptr) << text;
    EXPECT_NE(sentence->find("'" + std::string(text) + "'"), std::string::npos) << *sentence;
    EXPECT_NE(sentence->find("50ms"), std::string::npos) << *sentence;
  }
}

TEST(Duration, RefusesWhatNanosecondsCannotHold) {
  EXPECT_TRUE(std::holds_alternative<std::string>(parse_duration("200000000m")));
  EXPECT_TRUE(std::holds_alternative<std::string>(parse_duration(std::string(400, '9') + "s")));
  EXPECT_TRUE(std::holds_alternative<nanoseconds>(parse_duration("100000000m")));
}

}  // namespace
}  // namespace paceline
