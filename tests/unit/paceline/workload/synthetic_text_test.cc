#include <gtest/gtest.h>
#include <paceline/workload/synthetic_text.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace paceline::workload {
namespace {

std::string text_of(std::uint64_t salt, std::uint64_t item, std::size_t tokens) {
  std::string text;
  append_synthetic_text(salt, item, tokens, text);
  return text;
}

std::size_t count_words(std::string_view text) {
  return text.empty() ? 0 : static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

TEST(SyntheticTextTest, HasOneWordAToken) {
  for (const std::size_t tokens : {0U, 1U, 2U, 3U, 4U, 9U, 100U, 100'000U}) {
    const std::string text = text_of(1, 2, tokens);
    EXPECT_EQ(count_words(text), tokens);
    EXPECT_FALSE(text.starts_with(' ') || text.ends_with(' '));
    EXPECT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz "), std::string::npos);
    EXPECT_EQ(text.find("  "), std::string::npos);
  }
}

TEST(SyntheticTextTest, ComesAfterWhatIsThere) {
  std::string text = "before: ";
  append_synthetic_text(1, 2, 10, text);
  EXPECT_EQ(text, "before: " + text_of(1, 2, 10));
}

TEST(SyntheticTextTest, IsTheSameEverywhere) {
  EXPECT_EQ(text_of(42, 0, 8), "five sale ball either use score friend law");
  EXPECT_EQ(text_of(42, 1, 3), text_of(42, 1, 8).substr(0, text_of(42, 1, 3).size()));
}

TEST(SyntheticTextTest, ItemsInARowDifferInTheirFirstWord) {
  for (const std::uint64_t salt : {0U, 1U, 42U}) {
    for (const std::uint64_t from : {std::uint64_t{0}, std::uint64_t{999'999}}) {
      std::set<std::string> firsts;
      for (std::uint64_t item = from; item < from + 1'024; ++item) {
        firsts.insert(text_of(salt, item, 1));
      }
      EXPECT_EQ(firsts.size(), 1'024U);
    }
  }
}

TEST(SyntheticTextTest, AllItemsDifferInTheirFirstThreeWords) {
  std::set<std::string> firsts;
  for (std::uint64_t item = 0; item < 100'000; ++item) firsts.insert(text_of(7, item, 3));
  EXPECT_EQ(firsts.size(), 100'000U);
}

TEST(SyntheticTextTest, OtherSaltsHaveOtherWords) {
  // The four words behind the first three come from 2^40 combinations.
  std::set<std::string> texts;
  for (std::uint64_t salt = 0; salt < 100; ++salt) {
    for (std::uint64_t item = 0; item < 100; ++item) {
      std::string text = text_of(salt, item, 7);
      for (int i = 0; i < 3; ++i) text.erase(0, text.find(' ') + 1);
      texts.insert(text);
    }
  }
  EXPECT_EQ(texts.size(), 10'000U);
}

TEST(SyntheticTextTest, TheTableHolds1024ShortWordsOnce) {
  std::set<std::string_view> words;
  std::string_view rest = synthetic_words;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    EXPECT_GE(word.size(), 3U) << word;
    EXPECT_LE(word.size(), 7U) << word;
    words.insert(word);
    rest.remove_prefix(word.size() + 1);
  }
  EXPECT_EQ(words.size(), 1'024U);
}

}  // namespace
}  // namespace paceline::workload
