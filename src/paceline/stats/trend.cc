#include <paceline/stats/trend.h>

#include <algorithm>
#include <cmath>

namespace paceline::stats {

void Trend::record(double x, double y) {
  ++count_;
  x_ += x;
  y_ += y;
  xx_ += x * x;
  xy_ += x * y;
  yy_ += y * y;
}

void Trend::merge(const Trend& other) {
  count_ += other.count_;
  x_ += other.x_;
  y_ += other.y_;
  xx_ += other.xx_;
  xy_ += other.xy_;
  yy_ += other.yy_;
}

double Trend::slope() const {
  const auto [xx, xy, yy] = spread();
  return xx > 0 ? xy / xx : 0;
}

double Trend::slope_error() const {
  const auto [xx, xy, yy] = spread();
  if (count_ < 3 || xx <= 0) return 0;
  const double unexplained = std::max(0.0, yy - xy * xy / xx);
  return std::sqrt(unexplained / static_cast<double>(count_ - 2) / xx);
}

Trend::Spread Trend::spread() const {
  if (count_ == 0) return {};
  const auto count = static_cast<double>(count_);
  return {xx_ - x_ * x_ / count, xy_ - x_ * y_ / count, yy_ - y_ * y_ / count};
}

}  // namespace paceline::stats
