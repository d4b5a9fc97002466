#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <paceline/gbench/counters.h>
#include <paceline/pace/schedule.h>
#include <paceline/run/run.h>
#include <programs/endpoint_flags.h>
#include <programs/progress_display.h>

namespace CLI {
class App;
}

namespace paceline {

/// What holds for every run of a program, whatever it measures.
struct Options {
  /// Base URL of an OpenAI-compatible API; empty: the embedded endpoint.
  std::string url;
  std::string api_key_env = "OPENAI_API_KEY";
  Arrivals arrivals = Arrivals::even;
  std::uint64_t seed = 1;
  std::uint64_t warmup = 0;
  Precision precision = Precision::fine;
  std::chrono::nanoseconds timeout = std::chrono::seconds(60);
  /// Of the certificates to trust instead of the system's; empty: the system's.
  std::string ca_file;
  double max_error_ratio = 0.01;
  TransportKind transport = TransportKind::curl;
  HttpVersion http = HttpVersion::automatic;
  /// In bytes.
  std::size_t max_response = ConnectionOptions{}.max_response;
  /// In bytes.
  std::size_t memory = ConnectionOptions{}.memory;
  std::chrono::nanoseconds dns_ttl = std::chrono::seconds(30);
  /// Tokens a minute; 0: no such budget.
  std::uint64_t tpm = 0;
  std::uint32_t retries = 0;
  /// The longest wait for a retry.
  std::chrono::nanoseconds max_backoff = RunOptions{}.max_backoff;
  /// For how long to wait for a server that is starting.
  std::chrono::nanoseconds wait{0};
  /// What a request is to meet to count as goodput.
  std::optional<RequestObjective> objective{};
  ProgressMode progress = ProgressMode::automatic;
  /// Keeps a row of each request; empty: nowhere.
  std::string log_file;
  /// Whether the log keeps the responses' texts too.
  bool log_responses = false;

  /// Counters that become rows in the file, for compare.py; see PercentileRows.
  std::vector<std::string> rows = default_rows();
  /// Of the embedded endpoint.
  EndpointFlags endpoint{.latency = std::chrono::milliseconds(50)};
};

/// The prefix of the embedded endpoint's flags.
inline constexpr char endpoint_prefix[] = "--paceline_endpoint_";

/// As --paceline_precision takes it.
std::string name_of(Precision precision);

/// Adds the flags of these options.
void add_flags(CLI::App& app, Options& options);

}  // namespace paceline
