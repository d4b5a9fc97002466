#pragma once

#include <string>
#include <string_view>

namespace paceline {

/// The HTTP status of a request that cannot be understood.
inline constexpr unsigned bad_request = 400;

/// An error as the OpenAI API words it; an empty `param` or `code` is sent as null.
struct ApiError {
  unsigned status;
  std::string message;
  std::string_view param = {};
  std::string_view code = {};
  std::string_view type = "invalid_request_error";
};

/// Puts `{"error": {...}}` into `out`, in place of what it held.
void write_error(const ApiError& error, std::string& out);

}  // namespace paceline
