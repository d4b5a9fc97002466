#include <paceline/gbench/endpoint_flags.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <paceline/gbench/options.h>

namespace paceline {

void add_flags(CLI::App& app, const std::string& prefix, EndpointFlags& flags) {
  const auto milliseconds = std::chrono::duration<double, std::milli>(flags.latency).count();
  add_duration_flag(app, prefix + "latency", flags.latency,
                    fmt::format("Time the endpoint takes to answer [{}ms]", milliseconds));
  add_duration_flag(app, prefix + "latency_p99", flags.latency_p99,
                    "Makes that time lognormal, with the latency as its median and this as its "
                    "p99 [0: always the same time]");
  app.add_option(prefix + "slow_share", flags.slow_share,
                 "Share of the replies, the slowest ones, that the slow factor is for [0.05]")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("SHARE");
  app.add_option(prefix + "slow_factor", flags.slow_factor,
                 "Makes those replies this many times slower [1]")
      ->check(CLI::Range(1.0, 1e6))
      ->type_name("FACTOR");
  app.add_option(prefix + "reply_tokens", flags.reply_tokens,
                 "Tokens in a reply of the endpoint [16]")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
}

std::variant<EndpointOptions, std::string> endpoint_options(const EndpointFlags& flags,
                                                            const std::string& prefix,
                                                            std::uint64_t seed) {
  EndpointOptions options;
  options.reply_tokens = flags.reply_tokens;
  options.latency = LatencyModel::fixed(flags.latency);
  if (flags.latency_p99.count() > 0) {
    if (flags.latency.count() == 0 || flags.latency_p99 < flags.latency) {
      return fmt::format(
          "{0}latency_p99: a p99 is not below the median, {0}latency, which is more than 0",
          prefix);
    }
    options.latency = LatencyModel::lognormal(flags.latency, flags.latency_p99, seed);
  }
  options.latency.slow_down(flags.slow_share, flags.slow_factor);
  return options;
}

}  // namespace paceline
