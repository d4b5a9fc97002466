#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <paceline/http/message.h>
#include <paceline/stats/tally.h>

namespace paceline {

/// Tokens as the server counted them.
struct Usage {
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
};

/// What a reply came to.
struct Outcome {
  /// Empty: it succeeded.
  std::optional<Failure> failure;
  /// A sentence when it failed; never holds a key.
  std::string why;
  std::optional<Usage> usage;
};

/// Makes the request of slot k and reads its reply. Called on the run's thread only.
class Workload {
 public:
  virtual ~Workload() = default;
  /// Fills `request`, which may hold an earlier slot's: set every field.
  virtual void make(std::uint64_t slot, Request& request) = 0;
  /// Reads a reply; may grow the capacity of its body, for a parser's padding.
  virtual Outcome read(Reply& reply) = 0;
};

/// What transport and HTTP status say, for every workload: success is 200 to 299.
Outcome read_status(const Reply& reply);

}  // namespace paceline
