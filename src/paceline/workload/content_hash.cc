#include <fmt/format.h>
#include <paceline/workload/content_hash.h>

#include <cstring>

namespace paceline {
namespace {

constexpr std::uint64_t hash_step = 0x9e3779b97f4a7c15;

/// splitmix64's finalizer: every bit of the input reaches every bit of the output.
std::uint64_t scrambled(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31U);
}

/// Up to eight bytes, the first of them lowest.
std::uint64_t word_at(const char* bytes, std::size_t count) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return word;
}

}  // namespace

std::uint64_t content_hash(std::string_view bytes, std::uint64_t seed) {
  constexpr std::size_t word = sizeof(std::uint64_t);
  std::uint64_t hash = scrambled(seed + hash_step * (bytes.size() + 1));
  while (bytes.size() >= word) {
    hash = scrambled((hash ^ word_at(bytes.data(), word)) + hash_step);
    bytes.remove_prefix(word);
  }
  if (bytes.empty()) return hash;
  return scrambled((hash ^ word_at(bytes.data(), bytes.size())) + hash_step);
}

std::string content_hash_text(std::string_view bytes) {
  return fmt::format("{:016x}", content_hash(bytes));
}

}  // namespace paceline
