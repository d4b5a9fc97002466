#include <gtest/gtest.h>
#include <paceline/workload/file_lines.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

namespace paceline::workload {
namespace {

/// Hashes of numbered lines, one of which is changed.
std::string hashes(std::size_t lines, std::size_t changed = SIZE_MAX) {
  LineHashes all;
  for (std::size_t i = 0; i < lines; ++i) {
    all.add((i == changed ? "other " : "line ") + std::to_string(i));
  }
  return all.json();
}

std::size_t count_of(const std::string& text, char letter) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), letter));
}

TEST(ContentHashTest, IsTheSameInEveryBuild) {
  // Logs hold these.
  EXPECT_EQ(content_hash_text(""), "e220a8397b1dcdaf");
  EXPECT_EQ(content_hash_text("a"), "7171fd973fbae05c");
  EXPECT_EQ(content_hash_text("a longer text of more than a word"), "d01bdf7aa29ddbe0");
}

TEST(ContentHashTest, EveryByteCounts) {
  std::set<std::uint64_t> seen;
  std::string text(20, '\0');
  seen.insert(content_hash(text));
  for (char& letter : text) {
    letter = 'x';
    EXPECT_TRUE(seen.insert(content_hash(text)).second);
  }
  for (std::size_t size = 0; size < 20; ++size) {
    EXPECT_TRUE(seen.insert(content_hash(std::string(size, '\0'))).second) << size;
  }
  EXPECT_NE(content_hash("a", 1), content_hash("a", 2));
}

TEST(LineHashesTest, AShortFileHasOneForEachLine) {
  EXPECT_EQ(hashes(2).find(R"({"count":2,"each":1,"hashes":[")"), 0);
  const std::string same = hashes(100).substr(0, 60);
  EXPECT_EQ(hashes(100, 50).substr(0, 60), same);
  EXPECT_NE(hashes(100), hashes(100, 50));
}

TEST(LineHashesTest, EveryLineOfALongFileCounts) {
  constexpr std::size_t lines = 1'000;
  std::set<std::string> seen{hashes(lines)};
  for (std::size_t i = 0; i < lines; ++i) EXPECT_TRUE(seen.insert(hashes(lines, i)).second) << i;
}

TEST(LineHashesTest, TheirNumberIsBounded) {
  EXPECT_EQ(count_of(hashes(128), '"'), 2 * (3 + 128));
  EXPECT_EQ(hashes(129).find(R"({"count":129,"each":2,)"), 0);
  EXPECT_EQ(count_of(hashes(129), '"'), 2 * (3 + 65));
  EXPECT_EQ(hashes(100'000).find(R"({"count":100000,"each":1024,)"), 0);
  EXPECT_EQ(count_of(hashes(100'000), '"'), 2 * (3 + 98));
}

}  // namespace
}  // namespace paceline::workload
