#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

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
  double max_error_ratio = 0.01;

  std::chrono::nanoseconds endpoint_latency = std::chrono::milliseconds(50);
  /// More than 0 makes the endpoint's latency lognormal, with endpoint_latency as its median.
  std::chrono::nanoseconds endpoint_latency_p99{0};
  std::size_t endpoint_reply_tokens = 16;
};

/// Adds the flags of these options.
void add_flags(CLI::App& app, Options& options);

/// Adds a flag that takes a duration such as 250us, 50ms, 1.5s or 2m.
void add_duration_flag(CLI::App& app, const std::string& name, std::chrono::nanoseconds& duration,
                       const std::string& help);

/// An empty text when `url` begins with http:// or https:// and has a host; otherwise a sentence.
std::string check_url(const std::string& url);

/// "host" or "host:port" of a URL, without a password, for people to read.
std::string host_of(const std::string& url);

}  // namespace paceline
