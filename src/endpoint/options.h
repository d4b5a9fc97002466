#pragma once

#include <paceline/endpoint.h>
#include <paceline/text/result.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::endpoint {

/// An option that cannot be used, and the reason. The caller writes the message.
struct InvalidOption {
  enum class Reason {
    out_of_range,
    /// The field's p99 is set, and the field is 0 or above its p99.
    above_p99,
    /// A queue without a concurrency: no request would wait.
    queue_without_concurrency,
    /// A file with a key and none with its certificate: there would be no TLS.
    key_without_certificate,
  };
  Reason reason;
  /// The field's name in EndpointOptions, such as "latency" or "faults.shares".
  std::string_view field;
};

/// The first option that cannot be used.
std::optional<InvalidOption> find_invalid_option(const EndpointOptions& options);

/// Parses faults and their shares, such as "http_500:0.01,reset:0.002"; a fault without a share
/// affects all responses. Error: invalid_value.
Result<std::vector<FaultShare>> parse_faults(std::string_view text);

/// The names that parse_faults() knows, separated by commas.
std::string fault_names();

}  // namespace paceline::endpoint
