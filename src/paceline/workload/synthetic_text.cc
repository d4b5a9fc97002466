#include <paceline/workload/synthetic_text.h>

#include <array>
#include <cstring>
#include <string_view>

namespace paceline::workload {
namespace {

constexpr unsigned bits_per_word = 10;
constexpr std::size_t word_count = 1U << bits_per_word;

/// A word and the space after it, in an array of fixed size, which one instruction copies.
struct Word {
  std::array<char, 8> text{};
  std::uint8_t length = 0;
};

constexpr std::array<Word, word_count> make_words() {
  std::array<Word, word_count> words{};
  std::string_view rest = synthetic_words;
  for (Word& word : words) {
    word.length = static_cast<std::uint8_t>(rest.find(' ') + 1);
    rest.copy(word.text.data(), word.length);
    rest.remove_prefix(word.length);
  }
  return words;
}
constexpr std::array<Word, word_count> words = make_words();

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;

}  // namespace

std::uint64_t mixed_bits(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111eb;
  return x ^ (x >> 31U);
}

void append_synthetic_text(std::uint64_t salt, std::uint64_t item, std::size_t tokens,
                           std::string& out) {
  if (tokens == 0) return;
  const std::uint64_t run = mixed_bits(salt + golden);
  std::uint64_t state = mixed_bits(run ^ item);
  // An odd factor makes this a permutation: in 2^n successive items, the lowest n bits take each of
  // their values once.
  std::uint64_t bits = golden * item + run;
  unsigned words_in_bits = 3;

  std::size_t size = out.size();
  out.resize(size + tokens * sizeof(Word::text));
  for (std::size_t i = 0; i < tokens; ++i) {
    if (words_in_bits == 0) {
      state += golden;
      bits = mixed_bits(state);
      words_in_bits = 64 / bits_per_word;
    }
    const Word& word = words[bits % word_count];
    std::memcpy(out.data() + size, word.text.data(), word.text.size());
    size += word.length;
    bits >>= bits_per_word;
    --words_in_bits;
  }
  out.resize(size - 1);
}

}  // namespace paceline::workload
