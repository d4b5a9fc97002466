#include <endpoint/generation.h>
#include <gtest/gtest.h>

#include <string>

namespace paceline::endpoint {
namespace {

TEST(GeneratedText, IsTheSumOfItsTokens) {
  std::string sum;
  for (std::size_t tokens = 0; tokens < 40; ++tokens) {
    std::string text;
    append_generated_text(tokens, text);
    EXPECT_EQ(text, sum);
    sum += response_token(tokens);
  }
  EXPECT_EQ(sum.substr(0, 42), "one line keeps its pace and holds it one l");
}

TEST(GeneratedText, GoesOnAfterWhatIsThere) {
  std::string text = "a: ";
  append_generated_text(2, text);
  EXPECT_EQ(text, "a: one line");
}

}  // namespace
}  // namespace paceline::endpoint
