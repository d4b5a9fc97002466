#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace paceline::log {

/// A request as the log stores it. Times count from the start of the run. In texts, bytes that
/// are not valid UTF-8 are stored as U+FFFD.
struct RequestRecord {
  /// Item of the workload. A resumed run finds the missing items by this number. One row per item
  /// and run.
  std::uint64_t item = 0;
  /// Name of the request in the user's batch file; empty: none.
  std::string_view custom_id{};

  std::chrono::nanoseconds due{0};
  std::chrono::nanoseconds sent{0};
  std::optional<std::chrono::nanoseconds> first_byte{};
  std::optional<std::chrono::nanoseconds> first_token{};
  /// When the last byte was read, or the exchange failed.
  std::optional<std::chrono::nanoseconds> done{};

  /// 0: there was no HTTP response.
  long status = 0;
  /// Why the request failed; empty: the response was good.
  std::string_view error{};

  std::optional<std::uint64_t> tokens_in{};
  std::optional<std::uint64_t> tokens_out{};
  std::optional<std::uint64_t> cached_tokens{};
  std::uint64_t retries = 0;

  /// Body of the response, or the body that was assembled from a stream. Empty: not kept.
  std::string_view response{};
};

}  // namespace paceline::log
