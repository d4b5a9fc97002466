#pragma once

#include <paceline/text/result.h>

#include <string>

namespace paceline {

/// The message of the error, so that a failed assertion shows it; empty for success.
template <typename Value>
std::string message_of(const Result<Value>& result) {
  return result ? std::string() : result.error().message;
}

}  // namespace paceline
