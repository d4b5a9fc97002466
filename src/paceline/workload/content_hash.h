#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace paceline {

/// A hash of bytes that is the same in every build and version, so that files can keep it. It tells
/// changed contents apart; it is no defence against contents made to collide.
std::uint64_t content_hash(std::string_view bytes, std::uint64_t seed = 0);

/// As files keep it: 16 hexadecimal digits.
std::string content_hash_text(std::string_view bytes);

}  // namespace paceline
