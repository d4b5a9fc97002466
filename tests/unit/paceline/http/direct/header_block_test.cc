#include <gtest/gtest.h>
#include <paceline/http/direct/header_block.h>

#include <optional>
#include <string>
#include <string_view>

namespace paceline::http::direct {
namespace {

void add(HeaderBlock& block, std::string_view name, std::string_view value) {
  block.begin();
  block.add_to_name(name);
  block.add_to_value(value);
}

TEST(HeaderBlock, AHeaderIsFoundInWhateverCase) {
  HeaderBlock block;
  EXPECT_TRUE(block.empty());
  EXPECT_EQ(block.find("retry-after"), std::nullopt);
  add(block, "Retry-After", "7");
  EXPECT_FALSE(block.empty());
  EXPECT_EQ(block.find("retry-AFTER"), "7");
  EXPECT_EQ(block.find("retry"), std::nullopt);
  EXPECT_EQ(block.find("retry-after7"), std::nullopt);
  EXPECT_EQ(block.find(""), std::nullopt);
}

TEST(HeaderBlock, OfTwoThatAreTheSameTheFirstIsFound) {
  HeaderBlock block;
  add(block, "x-one", "1");
  add(block, "X-One", "2");
  EXPECT_EQ(block.find("x-one"), "1");
}

TEST(HeaderBlock, NamesAndValuesMayComeInPieces) {
  HeaderBlock block;
  block.begin();
  for (const char* piece : {"x", "-", "one"}) block.add_to_name(piece);
  for (const char* piece : {"a", "", " b"}) block.add_to_value(piece);
  block.begin();
  block.add_to_name("x-two");
  EXPECT_EQ(block.find("x-one"), "a b");
  EXPECT_EQ(block.find("x-two"), "");
  block.add_to_value("c");
  EXPECT_EQ(block.find("x-one"), "a b");
  EXPECT_EQ(block.find("x-two"), "c");
}

TEST(HeaderBlock, AValueHasNoSpacesAtItsEnd) {
  HeaderBlock block;
  add(block, "x-one", "a b \t ");
  add(block, "x-two", " \t");
  EXPECT_EQ(block.find("x-one"), "a b");
  EXPECT_EQ(block.find("x-two"), "");
}

TEST(HeaderBlock, OnceClearedItHasNoneOfThose) {
  HeaderBlock block;
  add(block, "x-one", "1");
  block.clear();
  EXPECT_TRUE(block.empty());
  EXPECT_EQ(block.find("x-one"), std::nullopt);
  add(block, "x-two", "2");
  EXPECT_EQ(block.find("x-one"), std::nullopt);
  EXPECT_EQ(block.find("x-two"), "2");
}

}  // namespace
}  // namespace paceline::http::direct
