#include <gtest/gtest.h>
#include <paceline/text/numbers.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace paceline::text {
namespace {

TEST(Number, ParsesIntegers) {
  EXPECT_EQ(parse_number("0", 0, 10), 0);
  EXPECT_EQ(parse_number("10", 0, 10), 10);
  EXPECT_EQ(parse_number("-3", -3, 10), -3);
  EXPECT_EQ(parse_number("18446744073709551615", std::uint64_t{0},
                         std::numeric_limits<std::uint64_t>::max()),
            std::numeric_limits<std::uint64_t>::max());
}

TEST(Number, RefusesWhatIsNoIntegerOrIsOutOfRange) {
  for (const char* text :
       {"", " 1", "1 ", "+1", "1.0", "1e1", "0x1", "one", "11", "-1", "99999999999999999999"}) {
    EXPECT_EQ(parse_number(text, 0, 10), std::nullopt) << text;
  }
  EXPECT_EQ(parse_number("-1", 0U, 10U), std::nullopt);
}

TEST(Number, ParsesDecimalNumbers) {
  EXPECT_EQ(parse_number("0.5", 0.0, 1.0), 0.5);
  EXPECT_EQ(parse_number("1e-3", 0.0, 1.0), 0.001);
  for (const char* text : {"", "nan", "inf", "-0.1", "1.1", "0.5x", "0,5"}) {
    EXPECT_EQ(parse_number(text, 0.0, 1.0), std::nullopt) << text;
  }
}

TEST(Number, ParsesHexadecimalDigits) {
  EXPECT_EQ(parse_number("D83d", 0U, 0xFFFFU, 16), 0xD83DU);
  EXPECT_EQ(parse_number("g", 0U, 0xFFFFU, 16), std::nullopt);
}

TEST(Number, TakesADecimalOffTheFront) {
  std::string_view text = "1.5s12";
  EXPECT_EQ(take_decimal(text), 1.5);
  EXPECT_EQ(text, "s12");
  text = ".5%";
  EXPECT_EQ(take_decimal(text), 0.5);
  EXPECT_EQ(text, "%");
  text = "1e3";
  EXPECT_EQ(take_decimal(text), 1);
  EXPECT_EQ(text, "e3");
}

TEST(Number, LeavesATextThatBeginsWithNoDecimal) {
  const std::string huge(400, '9');
  for (const std::string_view text :
       {std::string_view(""), std::string_view("s"), std::string_view("-1"), std::string_view("+1"),
        std::string_view(" 1"), std::string_view("."), std::string_view("inf"),
        std::string_view("nan"), std::string_view(huge)}) {
    std::string_view rest = text;
    EXPECT_EQ(take_decimal(rest), std::nullopt) << text;
    EXPECT_EQ(rest, text);
  }
}

TEST(Share, IsANumberOrInPercent) {
  EXPECT_EQ(parse_share("0.1"), 0.1);
  EXPECT_EQ(parse_share("10%"), 0.1);
  EXPECT_EQ(parse_share("1"), 1);
  EXPECT_EQ(parse_share("100%"), 1);
  EXPECT_EQ(parse_share("0.5%"), 0.005);
  for (const char* text :
       {"", "%", "0", "0%", "1.1", "101%", "-0.1", "+0.1", "nan", "inf", "10 %", "10%%", "0.1x"}) {
    EXPECT_EQ(parse_share(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace paceline::text
