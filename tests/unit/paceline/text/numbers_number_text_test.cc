#include <gtest/gtest.h>
#include <paceline/text/numbers.h>

#include <string>

namespace paceline::text {
namespace {

struct Shown {
  double number;
  const char* text;
};

class NumberTextTest : public testing::TestWithParam<Shown> {};

TEST_P(NumberTextTest, IsAsPeopleReadNumbers) {
  EXPECT_EQ(number_text(GetParam().number), GetParam().text);
  if (GetParam().number > 0) {
    EXPECT_EQ(number_text(-GetParam().number), std::string("-") + GetParam().text);
  }
}

INSTANTIATE_TEST_SUITE_P(Small, NumberTextTest,
                         testing::Values(Shown{0, "0"}, Shown{0.0004, "0.000"},
                                         Shown{0.0167, "0.017"}, Shown{0.0994, "0.099"},
                                         Shown{0.0996, "0.10"}, Shown{0.25, "0.25"}, Shown{1, "1"},
                                         Shown{1.1, "1.10"}, Shown{9.994, "9.99"},
                                         Shown{9.996, "10.0"}, Shown{59.94, "59.9"},
                                         Shown{60, "60"}, Shown{99.94, "99.9"}, Shown{99.96, "100"},
                                         Shown{5998.4, "5998"}, Shown{6000, "6000"},
                                         Shown{9999.4, "9999"}));

INSTANTIATE_TEST_SUITE_P(Large, NumberTextTest,
                         testing::Values(Shown{9999.6, "10.0k"}, Shown{10'000, "10.0k"},
                                         Shown{100'000, "100.0k"}, Shown{999'949, "999.9k"},
                                         Shown{999'950, "1.00M"}, Shown{1'200'000, "1.20M"},
                                         Shown{9'994'000, "9.99M"}, Shown{9'996'000, "10.0M"},
                                         Shown{123'400'000, "123.4M"}, Shown{999'949'000, "999.9M"},
                                         Shown{999'951'000, "1.00G"},
                                         Shown{999'960'000'000, "1.00T"}, Shown{3e12, "3.00T"},
                                         Shown{123e15, "123000.0T"}));

}  // namespace
}  // namespace paceline::text
