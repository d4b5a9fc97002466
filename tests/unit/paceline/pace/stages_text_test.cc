#include <gtest/gtest.h>
#include <paceline/pace/stages_text.h>

#include <chrono>
#include <string>
#include <vector>

#include "../../message_of.h"

namespace paceline::pace {
namespace {

using namespace std::chrono_literals;

TEST(StagesTextTest, ReadsLengthsAndRates) {
  const auto stages = parse_stages("60s@6000,5m@6000..60000,1.5s@0");
  ASSERT_EQ(message_of(stages), "");
  ASSERT_EQ(stages->size(), 3U);
  EXPECT_EQ((*stages)[0].length, 60s);
  EXPECT_EQ((*stages)[0].last_rpm, 6'000U);
  EXPECT_EQ((*stages)[1].length, 5min);
  EXPECT_EQ((*stages)[1].first_rpm, 6'000U);
  EXPECT_EQ((*stages)[1].last_rpm, 60'000U);
  EXPECT_EQ((*stages)[2].length, 1'500ms);
  EXPECT_EQ((*stages)[2].first_rpm, 0U);
}

TEST(StagesTextTest, WritesWhatItReads) {
  for (const std::string text :
       {"1m@6000,5m@6000..60000,1500ms@0", "90s@1", "2h@0..60000000", "250us@7,3ns@8"}) {
    EXPECT_EQ(stages_text(parse_stages(text).value()), text);
  }
}

TEST(StagesTextTest, RefusesWhatIsNoStage) {
  for (const std::string text : {"",        "60s",     "@60",           "60s@",
                                 "60s@x",   "60s@1..", "60s@..1",       "60s@1..2..3",
                                 "60s@-1",  "60s@1.5", "60s@60000001",  "0s@60",
                                 "-1s@60",  "241h@60", "60@60",         "60s@0",
                                 "60s@60,", ",60s@60", "60s@60;60s@60", "60s@\x1b[31m"}) {
    EXPECT_FALSE(parse_stages(text)) << text;
  }
  std::string many = "1s@60";
  for (int i = 1; i < 100; ++i) many += ",1s@60";
  EXPECT_TRUE(parse_stages(many));
  EXPECT_FALSE(parse_stages(many + ",1s@60"));
}

}  // namespace
}  // namespace paceline::pace
