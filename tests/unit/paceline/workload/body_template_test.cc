#include <gtest/gtest.h>
#include <paceline/workload/body_template.h>
#include <paceline/workload/synthetic_text.h>

#include <set>
#include <string>

namespace paceline::workload {
namespace {

std::string filled(const BodyTemplate& body, std::uint64_t salt, std::uint64_t item) {
  std::string text = "what it held before";
  body.fill(salt, item, text);
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
  const BodyTemplate body(with("\"", BodyTemplate::synthetic, "\""), 20);
  std::string expected = "\"";
  append_synthetic_text(3, 5, 20, expected);
  EXPECT_EQ(filled(body, 3, 5), expected + '"');
  EXPECT_NE(filled(body, 4, 5), filled(body, 3, 5));
  EXPECT_NE(filled(body, 3, 6), filled(body, 3, 5));
}

}  // namespace
}  // namespace paceline::workload
