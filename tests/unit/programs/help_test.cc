#include <programs/help.h>

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <string>

namespace paceline::programs {
namespace {

/// An app whose flags are added in another order than the help's.
class Help : public testing::Test {
 protected:
  Help() : app_("What it is.", "program") {
    app_.set_help_flag();
    set_help_layout(app_);
  }

  CLI::App app_;
  std::string text_;
  double share_ = 0;
  bool wants_ = false;
};

TEST_F(Help, GroupsStandInTheirOrderAfterThoseOfTheSuite) {
  app_.option_defaults()->group(endpoint_group);
  app_.add_option("--queue", text_, "Queue");
  app_.option_defaults()->group(load_group);
  app_.add_option("--rpm", text_, "Rate");
  app_.option_defaults()->group("Of the suite");
  app_.add_option("--own", text_, "Own")->type_name("N");
  app_.footer("Examples:\n  $ program --rpm=60");
  EXPECT_EQ(app_.help(),
            "Usage: program [OPTION]...\n"
            "\n"
            "What it is.\n"
            "\n"
            "Of the suite:\n"
            "  --own=N           Own\n"
            "\n"
            "Rate and load:\n"
            "  --rpm=TEXT        Rate\n"
            "\n"
            "The embedded endpoint:\n"
            "  --queue=TEXT      Queue\n"
            "\n"
            "Examples:\n"
            "  $ program --rpm=60\n");
}

TEST_F(Help, TellsTheFormOfAValueAndNotItsCheck) {
  app_.option_defaults()->group(load_group);
  app_.add_option("-s,--share", share_, "A share")->check(CLI::Range(0.0, 1.0))->type_name("SHARE");
  app_.add_option("--kind", text_, "A kind")->check(CLI::IsMember({"even", "poisson"}));
  app_.add_option("--lengths", text_, "Lengths")->type_name("IN:OUT");
  app_.add_flag("--wants{true}", wants_, "A switch");
  app_.add_option("FILE", text_, "A file")->required();
  EXPECT_EQ(app_.help(),
            "Usage: program [OPTION]... FILE\n"
            "\n"
            "What it is.\n"
            "\n"
            "  FILE              A file\n"
            "\n"
            "Rate and load:\n"
            "  -s, --share=SHARE\n"
            "                    A share\n"
            "  --kind=even|poisson\n"
            "                    A kind\n"
            "  --lengths=IN:OUT  Lengths\n"
            "  --wants           A switch\n");
}

TEST_F(Help, NoLineIsLongerThan80UnlessAWordIs) {
  app_.option_defaults()->group(load_group);
  const std::string long_word(70, 'w');
  app_.add_option("--rpm", text_, std::string(60, 'a') + " b " + long_word + " c");
  const std::string margin(20, ' ');
  const std::string help = app_.help();
  EXPECT_EQ(help.substr(help.find("  --rpm")), "  --rpm=TEXT        " + std::string(60, 'a') +
                                                   "\n" + margin + "b\n" + margin + long_word +
                                                   "\n" + margin + "c\n");
}

}  // namespace
}  // namespace paceline::programs
