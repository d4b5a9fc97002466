#pragma once

#include <string_view>

#include <paceline/lengths.h>
#include <paceline/text/result.h>

namespace paceline::workload {

/// Lengths of synthetic prompts and their responses.
struct Synthetic {
  /// Tokens per prompt.
  Lengths in{};
  /// Tokens per response.
  Lengths out{};
};

/// Parses "IN:OUT", such as "1000:100" or "normal(512,100):lognormal(128,p99=600)": two lengths as
/// Lengths::name() writes them, each from 1 to Lengths::longest. The error has the code
/// invalid_value.
Result<Synthetic> parse_synthetic(std::string_view text);

}  // namespace paceline::workload
