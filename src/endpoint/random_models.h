#pragma once

#include <paceline/endpoint.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

// Random times, lengths and faults of the endpoint. A seed gives the same draws with every standard
// library.

namespace paceline::endpoint {

/// Draws from the standard normal distribution, by the Box-Muller method.
class NormalDeviates {
 public:
  explicit NormalDeviates(std::uint64_t seed) : random_(seed) {}

  double next();

 private:
  std::mt19937_64 random_;
  double spare_ = 0;
  bool has_spare_ = false;
};

/// Draws times to the first token, or times of each further token. A time is at most
/// EndpointOptions::longest_time.
class LatencyModel {
 public:
  /// Always the same time.
  static LatencyModel fixed(std::chrono::nanoseconds time);
  /// Requires 0 < median <= p99.
  static LatencyModel lognormal(std::chrono::nanoseconds median, std::chrono::nanoseconds p99,
                                std::uint64_t seed);

  /// Multiplies the slowest `share` of the draws by `factor`, or a random share if all are equal.
  void slow_down(double share, double factor);

  std::chrono::nanoseconds next();
  /// The sum of the next `draws`, at most 1,000 times the longest time.
  std::chrono::nanoseconds sum(std::size_t draws);

 private:
  LatencyModel(std::chrono::nanoseconds median, double sigma, std::uint64_t seed);
  bool is_fixed() const { return sigma_ == 0 && slow_factor_ == 1; }
  bool is_slow(double deviate) const;

  std::chrono::nanoseconds median_;
  double sigma_;
  double slow_share_ = 0;
  double slow_factor_ = 1;
  NormalDeviates deviates_;
};

/// Draws the number of tokens of responses whose requests set no limit, from 1 to
/// EndpointOptions::longest_response.
class LengthModel {
 public:
  /// Always the same length.
  static LengthModel fixed(std::size_t tokens);
  /// Requires 0 < median <= p99.
  static LengthModel lognormal(std::size_t median, std::size_t p99, std::uint64_t seed);

  std::size_t next();

 private:
  LengthModel(std::size_t median, double sigma, std::uint64_t seed);

  std::size_t median_;
  double sigma_;
  NormalDeviates deviates_;
};

/// Draws the fault of each response.
class FaultDice {
 public:
  FaultDice(std::vector<FaultShare> shares, std::uint64_t seed);

  /// Nothing for a response without a fault.
  std::optional<Fault> next();

 private:
  std::vector<FaultShare> shares_;
  std::mt19937_64 random_;
};

// The models of an endpoint. The options have passed find_invalid_option().

/// Draws the time to the first token.
LatencyModel latency_model(const EndpointOptions& options);
/// Draws the time of each token after the first.
LatencyModel token_time_model(const EndpointOptions& options);
LengthModel length_model(const EndpointOptions& options);
FaultDice fault_dice(const EndpointOptions& options);

}  // namespace paceline::endpoint
