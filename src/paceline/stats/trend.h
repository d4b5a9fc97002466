#pragma once

#include <cstdint>

namespace paceline::stats {

/// Fits a line through points (x, y) by least squares, in memory of a fixed size.
class Trend {
 public:
  void record(double x, double y);
  void merge(const Trend& other);

  /// The growth of y per x; 0 while all x are equal.
  double slope() const;
  /// The slope's standard error; 0 for fewer than three points.
  double slope_error() const;

 private:
  /// Sums of products of the distances from the means.
  struct Spread {
    double xx;
    double xy;
    double yy;
  };
  Spread spread() const;

  std::uint64_t count_ = 0;
  double x_ = 0;
  double y_ = 0;
  double xx_ = 0;
  double xy_ = 0;
  double yy_ = 0;
};

}  // namespace paceline::stats
