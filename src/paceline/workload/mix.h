#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <paceline/workload.h>

namespace paceline::workload {

/// Divides a sequence into shares: which place gets number k. Depends on k alone, so threads agree
/// without a word. Every window of the sequence has nearly the shares, and so has each of its
/// arithmetic progressions.
class Shares {
 public:
  /// The smallest share for which first() is fast.
  static constexpr double smallest = 1e-6;

  /// `weights`: relative, above 0, at least one.
  explicit Shares(std::span<const double> weights);

  /// The place of number k. `phase` shifts the sequence; 2^64 is a whole turn.
  std::size_t at(std::uint64_t k, std::uint64_t phase = 0) const;
  /// The first number of a place. Precondition: its share is at least `smallest`.
  std::uint64_t first(std::size_t place, std::uint64_t phase = 0) const;

 private:
  /// Where the share of each place ends, of 2^64; the last place has the rest.
  std::vector<std::uint64_t> ends_;
};

/// A workload with its share of the items of its turn.
struct MixMember {
  std::unique_ptr<Workload> workload;
  /// Relative to the other members of the turn, above 0.
  double weight = 1;
  /// Describes the URL of a workload whose description has none.
  std::string url{};
};

/// The members that share the items of one turn; at least one.
using MixTurn = std::vector<MixMember>;

/// A workload whose item k is item k of one of the members: turn k mod n, and there a member by its
/// weight. If the members have sessions, k is the number of the session in place of the item's.
/// Request::part is the member's number, counted over all turns. The members are named alike. A
/// single member is returned as it is. Precondition: at most 65,536 members, and no share below
/// Shares::smallest.
std::unique_ptr<Workload> make_mix(std::vector<MixTurn> turns);

}  // namespace paceline::workload
