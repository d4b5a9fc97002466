#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include <paceline/error.h>

namespace paceline {

/// A value, or why there is none. Result<void> is success or an error.
template <typename Value>
using Result = tl::expected<Value, Error>;

/// An error to return from a function with a Result.
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace paceline
