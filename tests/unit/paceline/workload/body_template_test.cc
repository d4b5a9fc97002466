#include <gtest/gtest.h>
#include <paceline/workload/body_template.h>
#include <paceline/workload/synthetic_text.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace paceline::workload {
namespace {

std::string filled(const BodyTemplate& body, std::uint64_t salt, std::uint64_t item,
                   const ItemShape& shape = {}) {
  std::string text = "what it held before";
  body.fill(salt, item, text, shape);
  return text;
}

std::string with(std::string before, std::string_view placeholder, const std::string& after) {
  return before.append(placeholder) + after;
}

TEST(BodyTemplateTest, TextWithoutPlacesStays) {
  EXPECT_EQ(filled(BodyTemplate("as it is"), 1, 2), "as it is");
  EXPECT_EQ(filled(BodyTemplate(""), 1, 2), "");
  EXPECT_EQ(filled(BodyTemplate(), 1, 2), "");
}

TEST(BodyTemplateTest, PutsTheItemsNumberAtEachPlace) {
  const std::string number(BodyTemplate::number);
  const BodyTemplate body(number + " and " + number);
  EXPECT_EQ(filled(body, 9, 0), "0 and 0");
  EXPECT_EQ(filled(body, 9, 18'446'744'073'709'551'615U),
            "18446744073709551615 and 18446744073709551615");
}

TEST(BodyTemplateTest, ANonceIsTheItemsOwnAndOfOneLength) {
  const BodyTemplate body(with("<", BodyTemplate::nonce, ">"));
  std::set<std::string> seen;
  for (const std::uint64_t salt : {0ULL, 1ULL, 0xfedcba9876543210ULL}) {
    for (std::uint64_t item = 0; item < 100; ++item) {
      const std::string text = filled(body, salt, item);
      EXPECT_EQ(text.size(), filled(body, 7, 4'000'000'000).size());
      EXPECT_TRUE(seen.insert(text).second) << text;
    }
  }
  EXPECT_EQ(filled(body, 3, 5), filled(body, 3, 5));
}

TEST(BodyTemplateTest, SyntheticTextIsOfTheItemAndSalt) {
  const BodyTemplate body(with("\"", BodyTemplate::synthetic, "\""));
  std::string expected = "\"";
  append_synthetic_text(3, 5, 20, expected);
  EXPECT_EQ(filled(body, 3, 5, {.in = 20}), expected + '"');
  EXPECT_NE(filled(body, 4, 5, {.in = 20}), filled(body, 3, 5, {.in = 20}));
  EXPECT_NE(filled(body, 3, 6, {.in = 20}), filled(body, 3, 5, {.in = 20}));
}

/// The numbers of a list such as "[1,2]".
std::vector<std::uint64_t> numbers_in(const std::string& list) {
  std::vector<std::uint64_t> numbers;
  for (const auto& number : nlohmann::json::parse(list)) numbers.push_back(number);
  return numbers;
}

TEST(BodyTemplateTest, TokenIdsAreOfTheItemAndBelowTheVocabulary) {
  const BodyTemplate body('[' + std::string(BodyTemplate::token_ids) + ']',
                          {.ids = {.count = 500, .vocabulary = 32'000}, .prefix_tokens = 3});
  const auto one = numbers_in(filled(body, 1, 0));
  const auto other = numbers_in(filled(body, 1, 1));
  ASSERT_EQ(one.size(), 503U);
  EXPECT_GE(*std::min_element(one.begin(), one.end()), 1000U);
  EXPECT_LT(*std::max_element(one.begin(), one.end()), 32'000U);
  EXPECT_TRUE(std::equal(one.begin(), one.begin() + 3, other.begin()));
  EXPECT_FALSE(std::equal(one.begin() + 3, one.begin() + 6, other.begin() + 3));
  EXPECT_EQ(filled(body, 1, 0), filled(body, 1, 0));
  EXPECT_NE(filled(body, 2, 0), filled(body, 1, 0));
  const BodyTemplate small('[' + std::string(BodyTemplate::token_ids) + ']',
                           {.ids = {.count = 50, .vocabulary = 8}});
  for (const std::uint64_t id : numbers_in(filled(small, 1, 0)))
    EXPECT_TRUE(id >= 4 && id < 8) << id;
}

TEST(BodyTemplateTest, TheIdsOfAPrefixAreThoseOfTheGroup) {
  const BodyTemplate body('[' + std::string(BodyTemplate::token_ids) + ']',
                          {.ids = {.count = 2, .vocabulary = 32'000}, .prefix_tokens = 30});
  const auto prefix_of = [&](std::uint64_t salt, std::uint64_t group) {
    auto ids = numbers_in(filled(body, salt, 5, {.group = group}));
    ids.resize(30);
    return ids;
  };
  EXPECT_EQ(prefix_of(1, 8), prefix_of(2, 8));
  EXPECT_EQ(prefix_of(1, 0), prefix_of(2, 0));
  std::set<std::uint64_t> distinct;
  for (std::uint64_t group = 0; group < 10; ++group) {
    for (const std::uint64_t id : prefix_of(1, group)) distinct.insert(id);
  }
  // Of 300 ids among 31,000, one or two are equal by chance.
  EXPECT_GT(distinct.size(), 290U);
}

TEST(BodyTemplateTest, NoTwoDocumentsAreTheSame) {
  const std::string document(BodyTemplate::document);
  const BodyTemplate body(document + '\n' + document + '\n', {.document_tokens = 8});
  std::set<std::string> seen;
  for (std::uint64_t item = 0; item < 20; ++item) {
    std::istringstream lines(filled(body, 1, item));
    for (std::string line; std::getline(lines, line);)
      EXPECT_TRUE(seen.insert(line).second) << line;
  }
  EXPECT_EQ(seen.size(), 40U);
}

TEST(BodyTemplateTest, ALengthIsOfTheItem) {
  const BodyTemplate body(with("<", BodyTemplate::length, ">"));
  EXPECT_EQ(filled(body, 1, 2, {.out = 345}), "<345>");
}

TEST(BodyTemplateTest, DescribesEachPlace) {
  const std::string text =
      std::string(BodyTemplate::number) + '|' + std::string(BodyTemplate::nonce) + '|' +
      std::string(BodyTemplate::synthetic) + '|' + std::string(BodyTemplate::document) + '|' +
      std::string(BodyTemplate::image) + '|' + std::string(BodyTemplate::token_ids) + '|' +
      std::string(BodyTemplate::length) + '|' + std::string(BodyTemplate::prefix);
  const BodyTemplate body(text, {.text = "synthetic 1",
                                 .length = "uniform(6,7)",
                                 .document_tokens = 2,
                                 .ids = {.count = 4, .vocabulary = 5},
                                 .prefix = "6x3"});
  EXPECT_EQ(body.description(),
            "{n}|{nonce}|{synthetic 1}|{document 2}|{image}|{ids 6x3+4 of "
            "5}|\"{uniform(6,7)}\"|{prefix 6x3}");
}

}  // namespace
}  // namespace paceline::workload
