#include <paceline/stats/course.h>
#include <paceline/stats/run_tally.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

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

bool Thirds::grew_steadily() const {
  return second > first && last - second >= 0.5 * (second - first) && last >= 2 * first;
}

void Course::record(std::chrono::nanoseconds time, std::chrono::nanoseconds latency) {
  time = std::max(time, std::chrono::nanoseconds(0));
  while (time >= width_ * static_cast<std::int64_t>(segments_.size())) widen();
  Segment& segment = segments_[static_cast<std::size_t>(time / width_)];
  ++segment.count;
  segment.latency += seconds_of(latency);
}

void Course::widen() {
  const std::size_t half = segments_.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    const Segment& even = segments_[2 * i];
    const Segment& odd = segments_[2 * i + 1];
    segments_[i] = {even.count + odd.count, even.latency + odd.latency};
  }
  std::fill(segments_.begin() + static_cast<std::ptrdiff_t>(half), segments_.end(), Segment{});
  width_ *= 2;
}

void Course::merge(const Course& other) {
  Course wide = other;
  while (wide.width_ < width_) wide.widen();
  while (width_ < wide.width_) widen();
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    segments_[i].count += wide.segments_[i].count;
    segments_[i].latency += wide.segments_[i].latency;
  }
}

std::optional<Thirds> Course::thirds() const {
  constexpr std::uint64_t fewest = 5;
  const auto is_used = [](const Segment& segment) { return segment.count > 0; };
  const auto begin = std::find_if(segments_.begin(), segments_.end(), is_used);
  const auto end = std::find_if(segments_.rbegin(), segments_.rend(), is_used).base();
  const std::ptrdiff_t length = end - begin;
  constexpr std::ptrdiff_t fewest_segments = 3;
  if (begin == segments_.end() || length < fewest_segments) return std::nullopt;
  std::array<Segment, 3> sums{};
  for (auto segment = begin; segment != end; ++segment) {
    Segment& sum = sums[static_cast<std::size_t>(3 * (segment - begin) / length)];
    sum.count += segment->count;
    sum.latency += segment->latency;
  }
  Thirds thirds;
  thirds.duration = seconds_of(width_) * static_cast<double>(length) / 3;
  const std::array<double*, 3> means{&thirds.first, &thirds.second, &thirds.last};
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (sums[i].count < fewest) return std::nullopt;
    *means[i] = sums[i].latency / static_cast<double>(sums[i].count);
  }
  return thirds;
}

namespace {

// A level of at least this share of the highest level counts as the highest. When several responses
// arrive at once, the next requests leave at levels slightly below the highest.
constexpr double near_highest = 0.7;
constexpr std::uint64_t fewest_at_highest = 10;
constexpr std::uint64_t fewest_below = 2;
// Latencies of one level differ by some percent on any machine.
constexpr double least_deviation = 0.05;
// Standard errors that chance explains, squared.
constexpr double by_chance = 16;
// The share of the variation between levels that the model of saturation must explain.
constexpr double explained_share = 0.6;
// A knee above this share of the highest level does not count.
constexpr double highest_knee = 0.87;
// The growth of latency in percent when the requests in flight grow by 1%, from which on the server
// counts as saturated.
constexpr double saturated_growth = 0.75;

/// The smallest unexplained variation, and its parameter.
struct Fit {
  double left = 0;
  double parameter = 1;
};

/// Tries parameters from 1 downwards.
Fit best_fit(const std::function<double(double parameter)>& left, double lowest) {
  constexpr double step = 0.97;
  Fit best{left(1), 1};
  double parameter = step;
  while (parameter >= lowest) {
    const double value = left(parameter);
    if (value < best.left) best = {value, parameter};
    parameter *= step;
  }
  return best;
}

}  // namespace

void Levels::Bucket::add(const Bucket& other) {
  count += other.count;
  in_flight += other.in_flight;
  latency += other.latency;
  log_latency += other.log_latency;
  log_latency_squared += other.log_latency_squared;
}

void Levels::record(std::uint64_t in_flight, std::chrono::nanoseconds latency) {
  const double seconds = std::max(seconds_of(latency), 1e-9);
  const double log_latency = std::log(seconds);
  buckets_[index_of(in_flight)].add(
      {1, static_cast<double>(in_flight), seconds, log_latency, log_latency * log_latency});
}

void Levels::merge(const Levels& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i].add(other.buckets_[i]);
}

std::size_t Levels::index_of(std::uint64_t in_flight) {
  if (in_flight < exact) return static_cast<std::size_t>(in_flight);
  constexpr unsigned first_octave = 4;
  const auto octave = static_cast<unsigned>(std::bit_width(in_flight)) - 1;
  const std::uint64_t eighth = (in_flight >> (octave - 3)) & 7U;
  return static_cast<std::size_t>(std::min<std::uint64_t>(
      exact + std::uint64_t{8} * (octave - first_octave) + eighth, exact + 8 * octaves - 1));
}

Levels::Bucket Levels::highest() const {
  const auto last = std::find_if(buckets_.rbegin(), buckets_.rend(),
                                 [](const Bucket& bucket) { return bucket.count > 0; });
  if (last == buckets_.rend()) return {};
  const double from = near_highest * last->mean_in_flight();
  Bucket high;
  for (const Bucket& bucket : buckets_) {
    if (bucket.count > 0 && bucket.mean_in_flight() >= from) high.add(bucket);
  }
  return high;
}

/// The variance of the logarithm of latency within levels.
double Levels::variance() const {
  double squares = 0;
  double freedom = 0;
  for (const Bucket& bucket : buckets_) {
    if (bucket.count < 2) continue;
    squares += bucket.log_latency_squared - bucket.log_latency * bucket.mean_log();
    freedom += static_cast<double>(bucket.count - 1);
  }
  return std::max(freedom > 0 ? squares / freedom : 0, least_deviation * least_deviation);
}

std::vector<Levels::Point> Levels::points_below(const Bucket& high) const {
  std::vector<Point> points;
  for (const Bucket& bucket : buckets_) {
    if (bucket.count == 0 || bucket.mean_in_flight() >= near_highest * high.mean_in_flight()) {
      continue;
    }
    points.push_back({static_cast<double>(bucket.count),
                      std::log(bucket.mean_in_flight() / high.mean_in_flight()),
                      bucket.mean_log() - high.mean_log()});
  }
  return points;
}

std::optional<Saturation> Levels::saturation() const {
  const Bucket high = highest();
  const std::vector<Point> points = points_below(high);
  double below = 0;
  for (const Point& point : points) below += point.weight;
  if (high.count < fewest_at_highest || below < fewest_below || high.latency <= 0) {
    return std::nullopt;
  }
  const auto left_by = [&points](const std::function<double(const Point&)>& predicted) {
    double left = 0;
    for (const Point& point : points) {
      const double error = point.latency - predicted(point);
      left += point.weight * error * error;
    }
    return left;
  };
  const double lowest = 1 / high.mean_in_flight();
  const Fit knee = best_fit(
      [&](double share) {
        return left_by(
            [share](const Point& point) { return std::max(std::log(share), point.in_flight); });
      },
      lowest);
  const Fit line = best_fit(
      [&](double constant) {
        return left_by([constant](const Point& point) {
          return std::log(constant + (1 - constant) * std::exp(point.in_flight));
        });
      },
      lowest / 10);
  const double flat_left = left_by([](const Point&) { return 0.0; });
  const double left = std::min(knee.left, line.left);
  if (flat_left - left < by_chance * variance()) return std::nullopt;
  if (left > (1 - explained_share) * flat_left) return std::nullopt;
  if (knee.parameter > highest_knee) return std::nullopt;
  const bool is_line = 2 * line.left < knee.left && knee.left - line.left > 4 * variance();
  if (is_line && 1 - line.parameter < saturated_growth) return std::nullopt;
  return Saturation{high.in_flight / high.latency, knee.parameter * high.mean_in_flight(),
                    high.mean_in_flight(), 1 / knee.parameter};
}

}  // namespace paceline::stats
