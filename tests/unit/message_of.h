#pragma once

#include <paceline/text/result.h>

#include <optional>
#include <string>

namespace paceline {

/// The message of the error, so that a failed assertion shows it; empty for success.
template <typename Value>
std::string message_of(const Result<Value>& result) {
  return result ? std::string() : result.error().message;
}

/// The same of an error that may be missing.
inline std::string message_of(const std::optional<Error>& error) {
  return error ? error->message : std::string();
}

}  // namespace paceline
