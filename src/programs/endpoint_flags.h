#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <endpoint/endpoint.h>

namespace CLI {
class App;
}

namespace paceline {

/// The time between the tokens of a streamed response when no token time is set.
inline constexpr std::chrono::milliseconds default_stream_token_time{5};

/// How the endpoint is to behave, as a person sets it on a command line.
struct EndpointFlags {
  std::chrono::nanoseconds latency{0};
  /// More than 0 makes the latency lognormal, with `latency` as its median. So with the others.
  std::chrono::nanoseconds latency_p99{0};
  /// The slowest share of the responses takes this many times its time.
  double slow_share = 0.05;
  double slow_factor = 1;
  /// Of all responses. Unset: default_stream_token_time in streams, and none in whole responses.
  std::optional<std::chrono::nanoseconds> token_time{};
  std::chrono::nanoseconds token_time_p99{0};
  std::size_t response_tokens = 16;
  std::size_t response_tokens_p99 = 0;
  /// 0: as many as are asked for.
  std::size_t concurrency = 0;
  /// Without it, all may wait.
  std::optional<std::size_t> queue{};
  /// Of all clients together, a minute; 0: no limit.
  std::uint64_t rpm_limit = 0;
  std::uint64_t tpm_limit = 0;
  /// Their seed is the endpoint's.
  FaultOptions faults{};
  /// 0: never.
  std::chrono::nanoseconds idle_timeout{0};
};

/// Adds the flags, each name after `prefix`, such as "--paceline_endpoint_". The values that
/// `flags` holds are the defaults that the help names.
void add_flags(CLI::App& app, const std::string& prefix, EndpointFlags& flags);

/// The endpoint's options, with `seed` for its random times and lengths. The string is a sentence:
/// which of the flags after `prefix` do not go together.
std::variant<EndpointOptions, std::string> endpoint_options(const EndpointFlags& flags,
                                                            const std::string& prefix,
                                                            std::uint64_t seed);

}  // namespace paceline
