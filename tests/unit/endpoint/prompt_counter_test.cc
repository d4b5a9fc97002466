#include <endpoint/request_reader.h>
#include <gtest/gtest.h>

#include <string>

namespace paceline::endpoint {
namespace {

std::size_t cached(PrefixCache& cache, const std::string& prompt, const char* model = "m") {
  cache.begin(model);
  cache.add(prompt);
  return cache.cached_tokens();
}

TEST(PrefixCache, FindsAPromptAgainInWholeBlocks) {
  PrefixCache cache(1U << 20U);
  const std::string prompt(64 * 3 + 63, 'a');
  EXPECT_EQ(cached(cache, prompt), 0U);
  EXPECT_EQ(cached(cache, prompt), 48U);
  EXPECT_EQ(cached(cache, prompt + "a"), 48U);
  EXPECT_EQ(cached(cache, prompt + "a"), 64U);
  EXPECT_EQ(cached(cache, prompt.substr(0, 63)), 0U);
}

TEST(PrefixCache, EndsWhereThePromptsPart) {
  PrefixCache cache(1U << 20U);
  const std::string shared(128, 'a');
  cached(cache, shared + std::string(128, 'b'));
  EXPECT_EQ(cached(cache, shared + std::string(128, 'c')), 32U);
  // Equal text after a different beginning is a different block.
  EXPECT_EQ(cached(cache, "x" + shared.substr(1) + std::string(128, 'b')), 0U);
}

TEST(PrefixCache, KnowsATextInWhateverPiecesItComes) {
  PrefixCache cache(1U << 20U);
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += std::to_string(i);
  cached(cache, text);
  for (const std::size_t size : {1U, 7U, 63U, 64U, 65U, 200U}) {
    cache.begin("m");
    for (std::size_t at = 0; at < text.size(); at += size) cache.add(text.substr(at, size));
    EXPECT_EQ(cache.cached_tokens(), text.size() / 64 * 16) << size;
  }
}

TEST(PrefixCache, KeepsModelsApart) {
  PrefixCache cache(1U << 20U);
  const std::string prompt(64, 'a');
  EXPECT_EQ(cached(cache, prompt, "one"), 0U);
  EXPECT_EQ(cached(cache, prompt, "two"), 0U);
  EXPECT_EQ(cached(cache, prompt, "one"), 16U);
}

TEST(PrefixCache, DropsWhatWasUsedLongestAgo) {
  PrefixCache cache(128);
  const auto prompt = [](int i) { return std::string(64, static_cast<char>('a' + i)); };
  for (int i = 0; i < 8; ++i) EXPECT_EQ(cached(cache, prompt(i)), 0U);
  EXPECT_EQ(cached(cache, prompt(0)), 16U);
  EXPECT_EQ(cached(cache, prompt(8)), 0U);
  EXPECT_EQ(cached(cache, prompt(0)), 16U);
  EXPECT_EQ(cached(cache, prompt(1)), 0U);
}

TEST(PrefixCache, HoldsAMillionTokens) {
  PrefixCache cache(1U << 20U);
  const auto prompt = [](int i) { return std::to_string(i) + std::string(64, ' '); };
  for (int i = 0; i < 30'000; ++i) cached(cache, prompt(i));
  int found = 0;
  for (int i = 0; i < 30'000; ++i) found += cached(cache, prompt(i)) == 16 ? 1 : 0;
  // Sets with more blocks than places have lost some.
  EXPECT_GT(found, 29'000);
}

TEST(PrefixCache, HasTheSizeThatIsAskedFor) {
  const auto found_again = [](std::size_t tokens) {
    PrefixCache cache(tokens);
    std::size_t found = 0;
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 4'000; ++i) {
        if (cached(cache, std::to_string(i) + std::string(64, ' ')) > 0) ++found;
      }
    }
    return found;
  };
  EXPECT_EQ(found_again(0), 0U);
  EXPECT_LT(found_again(1), 100U);
  EXPECT_LT(found_again(16'000), 1'000U);
  EXPECT_GT(found_again(160'000), 3'900U);
}

}  // namespace
}  // namespace paceline::endpoint
