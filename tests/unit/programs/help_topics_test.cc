#include <gtest/gtest.h>
#include <programs/help.h>
#include <programs/help_topics.h>

#include <CLI/CLI.hpp>
#include <string>

#include "../message_of.h"

namespace paceline::programs {
namespace {

/// An app like that of a suite of one's own: some of paceline's groups, and one of the suite.
class HelpTopicsTest : public testing::Test {
 protected:
  HelpTopicsTest() : app_("What it is.", "program") {
    app_.set_help_flag();
    set_help_layout(app_);
    app_.option_defaults()->group(load_group);
    app_.add_option("--paceline_rpm", text_, "Rate");
    app_.option_defaults()->group("Of the suite");
    app_.add_option("--lang", text_, "Language")->type_name("LANG");
  }

  std::string help(std::string_view topic) const { return help_text(app_, topic).value(); }

  CLI::App app_;
  std::string text_;
};

TEST_F(HelpTopicsTest, AGroupIsATopic) {
  EXPECT_EQ(help("rate"), "Rate and load:\n  --paceline_rpm=TEXT\n                    Rate\n");
}

TEST_F(HelpTopicsTest, ASuiteHasItsOwnTopic) {
  EXPECT_EQ(help("suite"), "Of the suite:\n  --lang=LANG       Language\n");
  EXPECT_EQ(choices_of_help(app_), "suite|rate|benchmark|all");
}

TEST_F(HelpTopicsTest, TheShortHelpHasOnlyTheAppsFlags) {
  EXPECT_EQ(help(""),
            "Usage: program [OPTION]...\n"
            "\n"
            "What it is.\n"
            "\n"
            "  --paceline_rpm=60,600                       requests per minute of each run\n"
            "  --benchmark_out=run.json                    file of results\n"
            "\n"
            "The API key comes from the environment variable OPENAI_API_KEY.\n"
            "More flags: --help=TOPIC. The topics are\n"
            "  suite, rate, benchmark, all.\n"
            "Also: --version, --completion=bash|zsh|fish\n");
}

TEST_F(HelpTopicsTest, AllIsEveryGroup) {
  const std::string all = help("all");
  std::size_t place = 0;
  for (const char* title :
       {"\nOf the suite:\n", "\nRate and load:\n", "\nGoogle Benchmark's own:\n", "\nGeneral:\n"}) {
    const std::size_t found = all.find(title);
    ASSERT_NE(found, std::string::npos) << title;
    EXPECT_GE(found, place) << title;
    place = found;
  }
  EXPECT_NE(all.find("  --help=suite|rate|benchmark|all\n"), std::string::npos);
  EXPECT_NE(all.find("  --version         Shows"), std::string::npos);
}

TEST_F(HelpTopicsTest, OtherTopicsAreRefused) {
  // A group that the app lacks is another topic.
  for (const char* topic : {"prompts", "x", "Rate and load"}) {
    EXPECT_EQ(message_of(help_text(app_, topic)), std::string("--help has no topic '") + topic +
                                                      "'; choose from suite, rate, benchmark, all");
  }
  const std::string longest(1000, 'x');
  EXPECT_LT(message_of(help_text(app_, longest)).size(), 200U);
}

TEST(HelpTopicTest, IsTheValueOfTheFlag) {
  EXPECT_EQ(help_topic({"--x", "--help=rate"}), "rate");
  EXPECT_EQ(help_topic({"--help"}), "");
  EXPECT_EQ(help_topic({"--help", "rate"}), "rate");
  EXPECT_EQ(help_topic({"--help", "--v=1"}), "");
  EXPECT_EQ(help_topic({"--help=true"}), "");
  EXPECT_EQ(help_topic({"-h"}), "");
  EXPECT_EQ(help_topic({"--helper"}), std::nullopt);
}

}  // namespace
}  // namespace paceline::programs
