#pragma once

#include <cstdint>

#include <paceline/prompt.h>

namespace paceline::workload {

/// Assigns items to the groups that share a prefix, by Zipf's law. An item is in the same group in
/// every run and on every machine. Takes no memory and constant time for any number of groups:
/// rejection-inversion (Hoermann, Derflinger 1996).
class ZipfGroups {
 public:
  explicit ZipfGroups(const PrefixGroups& groups);

  /// The group of `item`, from 0 on. Group 0 is the most frequent one.
  std::uint64_t of(std::uint64_t item) const;

 private:
  /// Proportional to the share of group x, from 1 on.
  double density(double x) const;
  /// Its integral from 1 to x.
  double integral(double x) const;
  /// The x of an integral.
  double inverse(double integral) const;

  double exponent_;
  double last_;
  /// The integrals between which numbers are drawn.
  double lowest_;
  double highest_;
  /// How far the number of a group may be above the drawn x without a comparison.
  double sure_;
};

}  // namespace paceline::workload
