#include <mpi/clock_fit.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace paceline::mpi {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t most_points = 64;
/// A line through less time says more of the pings than of the clocks.
constexpr double shortest_line_seconds = 5;
/// Crystals of computers differ by less.
constexpr double largest_drift = 100e-6;
/// The drift of a crystal changes with its temperature.
constexpr double unsteady_drift = 1e-6;

}  // namespace

void ClockFit::add(const std::vector<ClockSample>& burst) {
  const auto best = std::min_element(burst.begin(), burst.end(),
                                     [](const ClockSample& one, const ClockSample& other) {
                                       return one.round_trip() < other.round_trip();
                                     });
  if (best == burst.end()) return;
  const TimePoint middle = best->sent + best->round_trip() / 2;
  const nanoseconds offset = best->other - middle;
  if (points_.empty()) {
    first_ = middle;
    first_offset_ = offset;
  }
  // Offsets may be days, which a double cannot tell to the nanosecond.
  points_.push_back({seconds_of(middle), static_cast<double>((offset - first_offset_).count()),
                     static_cast<double>(best->round_trip().count()) / 2});
  if (points_.size() > most_points) points_.pop_front();
}

double ClockFit::Point::weight() const {
  return 1 / std::max(1.0, error_ns * error_ns);
}

double ClockFit::seconds_of(TimePoint time) const {
  return std::chrono::duration<double>(time - first_).count();
}

/// The line of least squares, where points count by the inverse square of their error.
ClockFit::Line ClockFit::line() const {
  const double span = points_.back().seconds - points_.front().seconds;
  if (span < shortest_line_seconds) {
    const auto best = std::min_element(points_.begin(), points_.end(), is_more_certain);
    return {best->offset_ns, 0, largest_drift};
  }
  double weights = 0;
  double mean_x = 0;
  double mean_y = 0;
  for (const Point& point : points_) {
    const double weight = point.weight();
    weights += weight;
    mean_x += weight * point.seconds;
    mean_y += weight * point.offset_ns;
  }
  mean_x /= weights;
  mean_y /= weights;
  double xx = 0;
  double xy = 0;
  for (const Point& point : points_) {
    const double weight = point.weight();
    xx += weight * (point.seconds - mean_x) * (point.seconds - mean_x);
    xy += weight * (point.seconds - mean_x) * (point.offset_ns - mean_y);
  }
  const double drift = 1e-9 * xy / xx;
  return {mean_y - 1e9 * drift * mean_x, drift, drift_error(drift)};
}

/// How far a drift may be wrong. The errors of two points bound the true drift: the most certain
/// point of the first half of the time, and the most certain one of the second half.
double ClockFit::drift_error(double drift) const {
  const double middle = (points_.front().seconds + points_.back().seconds) / 2;
  const auto half = std::find_if(points_.begin(), points_.end(),
                                 [middle](const Point& point) { return point.seconds > middle; });
  const auto early = std::min_element(points_.begin(), half, is_more_certain);
  const auto late = std::min_element(half, points_.end(), is_more_certain);
  const double seconds = late->seconds - early->seconds;
  const double between = 1e-9 * (late->offset_ns - early->offset_ns) / seconds;
  const double error = 1e-9 * (late->error_ns + early->error_ns) / seconds;
  return std::abs(between - drift) + error + unsteady_drift;
}

std::optional<ClockOffset> ClockFit::at(TimePoint time) const {
  if (points_.empty()) return std::nullopt;
  const Line line = this->line();
  const auto on_line = [&line](double seconds) {
    return line.offset_ns + 1e9 * line.drift * seconds;
  };
  const double now = seconds_of(time);
  // Each point bounds the offset at its own time. The bound widens with the distance in time.
  double error_ns = std::numeric_limits<double>::max();
  for (const Point& point : points_) {
    const double residual = std::abs(point.offset_ns - on_line(point.seconds));
    const double since = 1e9 * line.drift_error * std::abs(now - point.seconds);
    error_ns = std::min(error_ns, point.error_ns + residual + since);
  }
  ClockOffset offset;
  offset.offset = first_offset_ + nanoseconds(std::llround(on_line(now)));
  offset.error = nanoseconds(std::llround(std::ceil(error_ns)));
  offset.drift = line.drift;
  return offset;
}

}  // namespace paceline::mpi
