#pragma once

#include <cstdint>
#include <string_view>

// Numbers that depend on a text only, the same on every machine.

namespace paceline::endpoint {

/// The offset basis and the prime of FNV-1a.
inline constexpr std::uint64_t hash_start = 0xcbf29ce484222325U;
inline constexpr std::uint64_t hash_factor = 0x100000001b3U;

/// FNV-1a of a text. `seed`: hash_start, or the hash of the text before.
inline std::uint64_t hash_of(std::string_view text, std::uint64_t seed = hash_start) {
  for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * hash_factor;
  return seed;
}

/// The next number of a random sequence (SplitMix64). Changes `state`.
inline std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

}  // namespace paceline::endpoint
