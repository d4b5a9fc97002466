#include <gtest/gtest.h>
#include <paceline/text/strings.h>

namespace paceline::text {
namespace {

TEST(ShellWordTest, APlainTextStaysAsItIs) {
  EXPECT_EQ(shell_word("rpm:6000/parallel=10,20"), "rpm:6000/parallel=10,20");
  EXPECT_EQ(shell_word("user@host-1.test_%41+"), "user@host-1.test_%41+");
}

TEST(ShellWordTest, OtherTextsAreQuoted) {
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("two words"), "'two words'");
  EXPECT_EQ(shell_word("a;b"), "'a;b'");
  EXPECT_EQ(shell_word("it's $HOME"), R"('it'\''s $HOME')");
  EXPECT_EQ(shell_word("é"), "'é'");
}

TEST(ShellWordTest, SingleQuotesAreTheirOwn) {
  EXPECT_EQ(in_single_quotes("plain"), "'plain'");
}

}  // namespace
}  // namespace paceline::text
