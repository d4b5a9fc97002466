#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <paceline/connection.h>
#include <paceline/error.h>
#include <paceline/http/rate_limits.h>
#include <paceline/http/resolver.h>
#include <paceline/http/transport.h>
#include <paceline/text/gate.h>
#include <paceline/workload.h>

namespace paceline::run {

/// The result of a first request.
struct Preflight {
  /// The account's limits, if the server reports them.
  http::RateLimits limits{};
  /// From the last send to the last byte, without the time of opening the connection.
  std::chrono::nanoseconds latency{0};
  /// Why the request failed; nothing if it succeeded.
  std::optional<Error> error{};
  /// Such as "HTTP/1.1"; empty: no response.
  std::string http_version;
  /// Output tokens of the response; 0: none, or unknown.
  std::uint64_t response_tokens = 0;
  /// The outcomes that the workload was adapted to, and each change, for people.
  std::vector<std::pair<Outcome, std::string>> adaptations{};
};

/// Options of a first request.
struct PreflightOptions {
  ConnectionOptions connection{};
  /// As in RunPlan.
  std::shared_ptr<http::Resolver> resolver{};
  http::TransportFactory transports{};
  std::shared_ptr<const text::Gate> gate = std::make_shared<const text::Gate>();
  /// The item to send.
  std::uint64_t item = 0;
  /// A different salt gives a different request.
  std::uint64_t salt = 0;
  /// As in RunOptions.
  std::uint32_t retries = 0;
  std::chrono::nanoseconds max_backoff = std::chrono::seconds(60);
  /// How long to keep sending the request while no connection can be made, or the server reports
  /// that it is not ready (502, 503 or 504).
  std::chrono::nanoseconds wait{0};
  /// Set to true to end the wait and the request.
  const std::atomic<bool>* stop = nullptr;
  /// Called once with the first error, before the request is sent again.
  std::function<void(const Error& error)> on_wait{};
};

/// Sends one item of `workload` before any run. After each adaptation of the workload to the
/// response (Workload::adapt), sends the item again.
Preflight send_preflight(Workload& workload, const PreflightOptions& options = {});

}  // namespace paceline::run
