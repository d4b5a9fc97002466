#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "batch_files.h"

namespace paceline::workload {
namespace {

/// MurmurHash64A's step for eight bytes, which std::hash of libstdc++ is made of, and its inverse.
constexpr std::uint64_t murmur = 0xc6a4a7935bd1e995;
std::uint64_t inverse_of_murmur() {
  std::uint64_t inverse = murmur;
  for (int i = 0; i < 5; ++i) inverse *= 2 - murmur * inverse;
  return inverse;
}
std::uint64_t scramble(std::uint64_t block) {
  block *= murmur;
  return (block ^ block >> 47U) * murmur;
}
std::uint64_t unscramble(std::uint64_t block) {
  block *= inverse_of_murmur();
  return (block ^ block >> 47U) * inverse_of_murmur();
}

std::string text_of(std::uint64_t first, std::uint64_t second) {
  std::string text(16, ' ');
  std::memcpy(text.data(), &first, 8);
  std::memcpy(text.data() + 8, &second, 8);
  return text;
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) {
    return letter >= ' ' && letter <= '~' && letter != '"' && letter != '\\';
  });
}

/// Two texts with the same hash where std::hash is libstdc++'s for 64 bits.
std::optional<std::pair<std::string, std::string>> same_hash() {
  constexpr std::uint64_t seed = 0xc70f6907;
  const std::string text = "abcdefghijklmnop";
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::memcpy(&first, text.data(), 8);
  std::memcpy(&second, text.data() + 8, 8);
  const auto after_first = [&](std::uint64_t block) {
    return ((seed ^ text.size() * murmur) ^ scramble(block)) * murmur;
  };
  const std::uint64_t wanted = after_first(first) ^ scramble(second);
  for (std::uint64_t number = 10'000'000; number < 20'000'000; ++number) {
    std::uint64_t other = 0;
    std::memcpy(&other, std::to_string(number).data(), 8);
    const std::string candidate = text_of(other, unscramble(wanted ^ after_first(other)));
    if (!is_plain(candidate)) continue;
    if (std::hash<std::string_view>{}(candidate) != std::hash<std::string_view>{}(text)) break;
    return std::pair(text, candidate);
  }
  return std::nullopt;
}

TEST(BatchFileCollisionTest, TellsTextsOfOneHashApart) {
  const auto same = same_hash();
  if (!same) GTEST_SKIP() << "this std::hash is not the one whose collisions are known";
  const auto& [one, other] = *same;
  ASSERT_NE(one, other);
  EXPECT_EQ(ids_of(open(TemporaryFile(line(one) + "\n" + line(other)))), (Ids{one, other}));
  EXPECT_EQ(refusal(line(one) + "\n" + line(other) + "\n" + line(other)).substr(0, 37),
            ":3: custom_id repeats that of line 2;");
}

}  // namespace
}  // namespace paceline::workload
