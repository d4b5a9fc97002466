#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <paceline/gbench/counters.h>
#include <paceline/gbench/endpoint_flags.h>
#include <paceline/pace/schedule.h>
#include <paceline/run/run.h>

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

/// Adds a flag that takes a duration such as 250us, 50ms, 1.5s or 2m.
void add_duration_flag(CLI::App& app, const std::string& name, std::chrono::nanoseconds& duration,
                       const std::string& help);

/// Adds a flag that takes whole numbers from `lowest` to `highest`, with commas between them.
void add_list_flag(CLI::App& app, const std::string& name, std::vector<std::int64_t>& values,
                   std::int64_t lowest, std::int64_t highest, const std::string& help);

/// An empty text when `url` begins with http:// or https:// and has a host; otherwise a sentence.
std::string check_url(const std::string& url);

/// "host" or "host:port" of a URL, without a password, for people to read.
std::string host_of(const std::string& url);

}  // namespace paceline
