#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace paceline::stats {

/// Log-linear buckets: each power of two of the values has 2^`sub_bits` buckets of equal width, and
/// each smaller value has a bucket of its own.
template <unsigned sub_bits>
struct LogBuckets {
  static constexpr std::uint64_t sub_buckets = std::uint64_t{1} << sub_bits;

  static constexpr std::size_t bucket_of(std::uint64_t value) {
    if (value < 2 * sub_buckets) return value;
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - (sub_bits + 1);
    return (std::size_t{shift} << sub_bits) + (value >> shift);
  }

  /// The least of a bucket's values.
  static constexpr std::uint64_t least_of(std::size_t bucket) {
    if (bucket < 2 * sub_buckets) return bucket;
    const unsigned shift = static_cast<unsigned>(bucket >> sub_bits) - 1;
    return (bucket - (std::uint64_t{shift} << sub_bits)) << shift;
  }

  /// The middle of a bucket's values.
  static constexpr std::uint64_t middle_of(std::size_t bucket) {
    if (bucket < 2 * sub_buckets) return bucket;
    const unsigned shift = static_cast<unsigned>(bucket >> sub_bits) - 1;
    return least_of(bucket) + (std::uint64_t{1} << shift) / 2;
  }
};

}  // namespace paceline::stats
