#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace paceline {

/// Lengths in tokens: one length for every item, or a distribution. An item has the same length in
/// every run and on every machine.
class Lengths {
 public:
  /// The longest length. Drawn lengths are from 1 to `longest`.
  static constexpr std::uint64_t longest = 10'000'000;

  /// Every length is `tokens`; 0: no length.
  constexpr Lengths(std::uint64_t tokens = 0) : Lengths(Kind::fixed, tokens, 0) {}
  /// The whole numbers from `low` to `high`, each equally often. Precondition: 1 <= low <= high <=
  /// longest.
  static Lengths uniform(std::uint64_t low, std::uint64_t high);
  /// A normal distribution. Numbers below 1 become 1, so that the mean of the lengths is higher: by
  /// 8% if `stddev` equals `mean`. Precondition: mean >= 1; both are at most `longest`.
  static Lengths normal(std::uint64_t mean, std::uint64_t stddev);
  /// A lognormal distribution with this median and this 99th percentile. Precondition: 1 <= median
  /// <= p99 <= longest.
  static Lengths lognormal(std::uint64_t median, std::uint64_t p99);

  /// The length of every item; nothing if the lengths differ.
  std::optional<std::uint64_t> fixed() const {
    return kind_ == Kind::fixed ? std::optional(first_) : std::nullopt;
  }
  /// The length whose share of shorter lengths is `u`. Precondition: 0 < u < 1.
  std::uint64_t at(double u) const;
  /// Such as "512", "uniform(1,99)", "normal(512,100)" or "lognormal(128,p99=600)".
  std::string name() const;

  /// Whether both give every item the same length.
  bool operator==(const Lengths& other) const = default;

 private:
  enum class Kind { fixed, uniform, normal, lognormal };

  constexpr Lengths(Kind kind, std::uint64_t first, std::uint64_t second)
      : kind_(kind), first_(first), second_(second) {}

  Kind kind_;
  /// The length, the shortest length, the mean or the median.
  std::uint64_t first_;
  /// The longest length, the standard deviation or the 99th percentile.
  std::uint64_t second_;
};

}  // namespace paceline
