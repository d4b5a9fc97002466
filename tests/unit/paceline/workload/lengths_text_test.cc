#include <gtest/gtest.h>
#include <paceline/workload/lengths_text.h>

#include <string>

namespace paceline::workload {
namespace {

TEST(LengthsTextTest, ReadsAPairOfNumbers) {
  const auto parsed = parse_synthetic("1000:100").value();
  EXPECT_EQ(parsed.in, 1'000U);
  EXPECT_EQ(parsed.out, 100U);
  EXPECT_EQ(parse_synthetic("10000000:1").value().in, 10'000'000U);
}

TEST(LengthsTextTest, ReadsWhatNamesAreWritten) {
  for (const char* name : {"512", "uniform(1,99)", "uniform(7,7)", "normal(512,100)",
                           "normal(512,0)", "lognormal(128,p99=600)", "lognormal(5,p99=5)"}) {
    EXPECT_EQ(parse_synthetic(std::string(name) + ":3").value().in.name(), name);
    EXPECT_EQ(parse_synthetic(std::string("3:") + name).value().out.name(), name);
  }
}

TEST(LengthsTextTest, RefusesOtherFormsWithAnExample) {
  for (const char* text : {"", "1000", "normal(512,100)"}) {
    const auto parsed = parse_synthetic(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_value);
    EXPECT_EQ(parsed.error().message,
              "'" + std::string(text) +
                  "' is not a pair of lengths in tokens; give one for the prompt and one for the "
                  "response, such as 1000:100");
  }
}

TEST(LengthsTextTest, RefusesAWrongLengthWithTheForms) {
  for (const char* text : {"",
                           "0",
                           "-1",
                           "+1",
                           "1:2",
                           " 1",
                           "1 ",
                           "1e3",
                           "a",
                           "10000001",
                           "99999999999999999999",
                           "normal",
                           "normal(",
                           "normal()",
                           "normal(5)",
                           "normal(5,)",
                           "normal(,5)",
                           "normal(0,5)",
                           "normal(5,6",
                           "normal(5,6))",
                           "normal(5,6,7)",
                           "normal(5, 6)",
                           "normal(5,-1)",
                           "normal(5,10000001)",
                           "Normal(5,6)",
                           "(5,6)",
                           "gamma(5,6)",
                           "uniform(0,5)",
                           "lognormal(5,6)",
                           "lognormal(p99=6,5)",
                           "uniform(5,p99=6)",
                           "5,6)",
                           "5,normal(6)"}) {
    for (const auto& pair : {std::string(text) + ":5", "5:" + std::string(text)}) {
      const auto parsed = parse_synthetic(pair);
      ASSERT_FALSE(parsed) << pair;
      EXPECT_EQ(parsed.error().code, ErrorCode::invalid_value);
      EXPECT_NE(parsed.error().message.find("' is not a length in tokens; give a number from 1 to "
                                            "10000000, uniform(LOW,HIGH)"),
                std::string::npos)
          << parsed.error().message;
    }
  }
}

TEST(LengthsTextTest, RefusesNumbersInAWrongOrder) {
  EXPECT_EQ(parse_synthetic("uniform(9,3):5").error().message,
            "'uniform(9,3)' has a HIGH below its LOW; swap them");
  EXPECT_EQ(parse_synthetic("5:lognormal(600,p99=128)").error().message,
            "'lognormal(600,p99=128)' has a p99 below its median, the first number; correct one");
}

TEST(LengthsTextTest, ShowsTheBeginningOfALongText) {
  const auto parsed = parse_synthetic(std::string(1'000, 'x') + ":5");
  EXPECT_LT(parsed.error().message.size(), 300U);
}

}  // namespace
}  // namespace paceline::workload
