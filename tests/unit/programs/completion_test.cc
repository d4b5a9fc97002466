#include <gtest/gtest.h>
#include <programs/completion.h>
#include <programs/help.h>

#include <CLI/CLI.hpp>
#include <array>
#include <string>

#include "../message_of.h"

namespace paceline::programs {
namespace {

/// An app with a flag of each kind.
class CompletionTest : public testing::Test {
 protected:
  CompletionTest() : app_("What it is.", "program") {
    app_.set_help_flag();
    set_help_layout(app_);
    app_.add_option("--rate", text_, "Requests per minute, such as 60 [60]")->type_name("RATE");
    app_.add_option("--kind", text_, "A kind: one [or] two")->check(CLI::IsMember({"one", "two"}));
    app_.add_option("-o,--out", text_, "The client's file. Replaced")->type_name("FILE");
    app_.add_option("--prefix", text_, "Path under the URL")->type_name("URL_PATH");
    app_.add_flag("--wants", wants_, "A switch");
  }

  std::string script(std::string_view shell) const {
    return completion_script(app_, others, shell).value();
  }

  static constexpr std::array<OtherFlag, 2> others{
      OtherFlag{"--benchmark_format", "json|csv", "Format [json]"},
      OtherFlag{"--version", "", "Shows the version"}};
  CLI::App app_;
  std::string text_;
  bool wants_ = false;
};

TEST_F(CompletionTest, BashHasFlagsChoicesAndFiles) {
  const std::string bash = script("bash");
  EXPECT_NE(bash.find("values='--rate= --kind= --out= --prefix= --wants --benchmark_format= "
                      "--version'\n"),
            std::string::npos)
      << bash;
  EXPECT_NE(bash.find("    case $flag in\n"
                      "      --kind) values='one two' ;;\n"
                      "      --out) files=yes ;;\n"
                      "      --benchmark_format) values='json csv' ;;\n"
                      "    esac\n"),
            std::string::npos)
      << bash;
  EXPECT_TRUE(bash.ends_with("\ncomplete -F _program program\n"));
}

TEST_F(CompletionTest, ZshHasDescriptionsAndValues) {
  EXPECT_EQ(script("zsh"), R"(#compdef program
# zsh completion of program
_program() {
  _arguments \
    '--rate=-[Requests per minute]:value: ' \
    '--kind=-[A kind]:value:(one two)' \
    '--out=-[The client'\''s file]:file:_files' \
    '-o+[The client'\''s file]:file:_files' \
    '--prefix=-[Path under the URL]:value: ' \
    '--wants[A switch]' \
    '--benchmark_format=-[Format]:value:(json csv)' \
    '--version[Shows the version]'
}
if [[ $funcstack[1] == _program ]]; then
  _program "$@"
else
  compdef _program program
fi
)");
}

TEST_F(CompletionTest, FishHasDescriptionsAndValues) {
  EXPECT_EQ(script("fish"), R"(# fish completion of program
complete -c program -f
complete -c program -l rate -x -d 'Requests per minute'
complete -c program -l kind -x -a 'one two' -d 'A kind'
complete -c program -s o -l out -r -F -d 'The client'\''s file'
complete -c program -l prefix -x -d 'Path under the URL'
complete -c program -l wants -d 'A switch'
complete -c program -l benchmark_format -x -a 'json csv' -d 'Format'
complete -c program -l version -d 'Shows the version'
)");
}

TEST_F(CompletionTest, AProgramThatTakesFilesCompletesThem) {
  app_.add_option("FILE", text_, "The file")->required();
  EXPECT_NE(script("bash").find("  else\n    files=yes\n  fi\n"), std::string::npos);
  EXPECT_NE(script("zsh").find("    '*:file:_files'\n"), std::string::npos);
  EXPECT_EQ(script("fish").find("complete -c program -f\n"), std::string::npos);
}

TEST_F(CompletionTest, ANameIsAWordOfTheShell) {
  app_.name("my suite;x");
  EXPECT_TRUE(script("bash").ends_with("\ncomplete -F _my_suite_x 'my suite;x'\n"));
  EXPECT_NE(script("zsh").find("  compdef _my_suite_x 'my suite;x'\n"), std::string::npos);
  EXPECT_NE(script("fish").find("\ncomplete -c 'my suite;x' -f\n"), std::string::npos);
}

TEST_F(CompletionTest, AnotherShellIsRefused) {
  EXPECT_EQ(message_of(completion_script(app_, {}, "tcsh")),
            "--completion takes bash, zsh or fish, such as --completion=bash");
}

TEST(CompletionShellTest, IsTheValueOfTheFlag) {
  EXPECT_EQ(completion_shell({"--x", "--completion=zsh"}), "zsh");
  EXPECT_EQ(completion_shell({"--completion"}), "");
  EXPECT_EQ(completion_shell({"--completion", "fish"}), "fish");
  EXPECT_EQ(completion_shell({"--completions"}), std::nullopt);
}

}  // namespace
}  // namespace paceline::programs
