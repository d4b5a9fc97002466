#pragma once

#include <gtest/gtest.h>
#include <paceline/error.h>
#include <paceline/message.h>

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

#include "../unit/http2_bytes.h"

namespace paceline::http {

/// What a server sends on the first request against the rules of HTTP/2, and the outcome over
/// `direct`. The outcomes of libcurl's versions differ, and say less.
struct Http2Violation {
  using Stream = std::int32_t;

  const char* name;
  std::function<std::string(Stream stream)> answer;
  TransportError error = TransportError::malformed;
  long status = 0;
  /// The error that the server is told, for the connection or only for the stream.
  frames::Code told = frames::protocol_error;
  bool ends_connection = false;
  /// Whether the connection carries further requests.
  bool is_kept = true;
  /// A part of the message.
  const char* words = "the response is not HTTP/2: ";
  /// Sent at the connection's begin.
  std::string first = frames::settings();
};

inline void PrintTo(const Http2Violation& violation, std::ostream* out) {
  *out << violation.name;
}

/// Sends a request to a server that violates HTTP/2, and then one to a server that does not.
void expect_outcome(const Http2Violation& violation);

inline std::string name_of_violation(const testing::TestParamInfo<Http2Violation>& tested) {
  return tested.param.name;
}

/// A header of 4 kB so many times, in few bytes.
inline std::string long_headers(int times) {
  constexpr std::size_t newest = 62;
  std::string block = frames::kept_header("x-long", std::string(4000, 'x'));
  for (int i = 0; i < times; ++i) block += frames::indexed_header(newest);
  return block;
}

}  // namespace paceline::http
