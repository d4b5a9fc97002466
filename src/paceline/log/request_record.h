#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace paceline {

/// What is kept of one request. Times are from the start of its run. Bytes of its texts that are
/// not UTF-8 are kept as U+FFFD.
struct RequestRecord {
  /// Of the workload, so that a resumed run can tell which are left; one row for each in a run.
  std::uint64_t item = 0;
  /// The name that the user's batch file gives the request; empty: none.
  std::string_view custom_id{};

  std::chrono::nanoseconds due{0};
  std::chrono::nanoseconds sent{0};
  std::optional<std::chrono::nanoseconds> first_byte{};
  std::optional<std::chrono::nanoseconds> first_token{};
  /// When the last byte had been read, or the exchange had failed.
  std::optional<std::chrono::nanoseconds> done{};

  /// 0: there was no HTTP response.
  long status = 0;
  /// A sentence; empty: the response was good.
  std::string_view error{};

  std::optional<std::uint64_t> tokens_in{};
  std::optional<std::uint64_t> tokens_out{};
  std::optional<std::uint64_t> cached_tokens{};
  std::uint64_t retries = 0;

  /// The response's text where responses are kept: its body, or what a stream came to. Empty: not
  /// kept.
  std::string_view response{};
};

}  // namespace paceline
