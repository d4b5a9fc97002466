#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace paceline {

/// What can be wrong with a response.
enum class Fault {
  /// Its status is 500, or 503.
  http_500,
  http_503,
  /// It comes later.
  delay,
  /// It never comes; the connection stays open until the client closes it.
  stall,
  /// The connection is reset, or closed, with a part of the body sent.
  reset,
  close,
  /// The body ends properly with a part of it sent: in the middle of an event, or of the JSON.
  half_event,
  /// None of its JSON objects is closed.
  bad_json,
  /// Content-Length is more than the body, and the connection is closed after that.
  wrong_length,
  /// The body comes a byte at a time.
  slow_drip,
  /// The body, after a part of it, goes on for ever.
  huge_body,
};

/// A fault, and how often it happens.
struct FaultShare {
  Fault fault;
  /// Of the responses, above 0 and at most 1.
  double share = 1;
};

/// Which faults happen, and what they look like.
struct FaultOptions {
  /// Together at most 1.
  std::vector<FaultShare> shares{};
  /// How much of the body is sent as it should be, in bytes; of a response that does not stream at
  /// most half. With 0, a reset or closed connection sends no headers either.
  std::size_t after = 400;
  /// By how much a delay is later, and how long each byte of a slow drip takes.
  std::chrono::nanoseconds time = std::chrono::seconds(1);
  /// The same one gives the same requests the same faults.
  std::uint64_t seed = 1;
};

/// Reads faults and their shares such as "http_500:0.01,reset:0.002"; a fault alone is for all
/// responses. The string is a sentence: what is wrong with `text`, and how to write it.
std::variant<std::vector<FaultShare>, std::string> parse_faults(std::string_view text);

/// The names that parse_faults() takes, with commas between them.
std::string fault_names();

/// Draws the fault of each response.
class FaultDice {
 public:
  FaultDice(std::vector<FaultShare> shares, std::uint64_t seed)
      : shares_(std::move(shares)), random_(seed) {}
  std::optional<Fault> next();

 private:
  std::vector<FaultShare> shares_;
  std::mt19937_64 random_;
};

}  // namespace paceline
