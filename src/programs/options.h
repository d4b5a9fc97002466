#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <paceline/gbench/counters.h>
#include <paceline/pace/schedule.h>
#include <paceline/run/run_stripe.h>
#include <programs/endpoint_flags.h>
#include <programs/progress_display.h>

namespace CLI {
class App;
}

namespace paceline::programs {

/// Options of every program, for all of its runs.
struct Options {
  /// Base URL of an OpenAI-compatible API; empty: the embedded endpoint.
  std::string url;
  std::string api_key_env = "OPENAI_API_KEY";
  Arrivals arrivals = Arrivals::even;
  std::uint64_t seed = 1;
  std::uint64_t warmup = 0;
  Precision precision = Precision::fine;
  std::chrono::nanoseconds timeout = std::chrono::seconds(60);
  /// PEM file of the certificates to trust; empty: the system's.
  std::string ca_file;
  double max_error_ratio = 0.01;
  TransportKind transport = TransportKind::curl;
  HttpVersion http = HttpVersion::automatic;
  /// In bytes.
  std::size_t max_response = ConnectionOptions{}.max_response;
  /// In bytes.
  std::size_t memory = ConnectionOptions{}.memory;
  std::chrono::nanoseconds dns_ttl = std::chrono::seconds(30);
  /// Tokens per minute; 0: no token budget.
  std::uint64_t tpm = 0;
  std::uint32_t retries = 0;
  /// The longest wait before a retry.
  std::chrono::nanoseconds max_backoff = RunOptions{}.max_backoff;
  /// How long to wait, before the first run, for a server that is starting.
  std::chrono::nanoseconds wait{0};
  /// The objective that a request must meet to count as goodput.
  std::optional<RequestObjective> objective{};
  ProgressMode progress = ProgressMode::automatic;
  /// SQLite file for one row per request; empty: none.
  std::string log_file;
  /// Whether the log stores the text of responses.
  bool log_responses = false;

  /// Counters that become rows in the file, for compare.py; see PercentileRows.
  std::vector<std::string> rows = gbench::default_rows();
  /// Behaviour of the embedded endpoint.
  EndpointOptions endpoint{.latency = std::chrono::milliseconds(50)};
};

/// The prefix of the embedded endpoint's flags.
inline constexpr char endpoint_prefix[] = "--paceline_endpoint_";

/// The name of a precision as --paceline_precision takes it.
std::string name_of(Precision precision);

/// Adds the flags of these options.
void add_flags(CLI::App& app, Options& options);

}  // namespace paceline::programs
