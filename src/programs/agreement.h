#pragma once

#include <optional>
#include <string>

#include <paceline/run/ranks.h>
#include <paceline/text/result.h>

namespace paceline::programs {

/// Gives every process of the program the first error of any. A process with an error of its own
/// gets that one; another process's error names the process. All processes call this together.
Result<void> agree(run::Ranks& ranks, const std::optional<Error>& own);

/// The same for a value, which only an error of this or another process replaces.
template <typename Value>
Result<Value> agree(run::Ranks& ranks, Result<Value> own) {
  const auto agreed = agree(ranks, own ? std::nullopt : std::optional<Error>(own.error()));
  if (!agreed) return tl::unexpected(agreed.error());
  return own;
}

/// Checks whether every process has this text. The error says that a process has other `what`.
Result<void> check_same(run::Ranks& ranks, const std::string& what, const std::string& text);

}  // namespace paceline::programs
