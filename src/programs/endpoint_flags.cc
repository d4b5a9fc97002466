#include <programs/endpoint_flags.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <utility>
#include <vector>

#include <endpoint/latency_model.h>
#include <paceline/text/duration.h>
#include <programs/flags.h>

namespace paceline {

namespace {

using std::chrono::nanoseconds;

constexpr std::size_t most_requests = 1'000'000;
constexpr std::uint64_t most_a_minute = 1'000'000'000'000;
constexpr std::size_t most_fault_bytes = 1U << 30U;

/// A time of the endpoint: as add_duration_flag(), but no longer than the endpoint keeps.
template <typename Time>
void add_endpoint_time(CLI::App& app, const std::string& name, Time& time,
                       const std::string& help) {
  const auto set = [&time, name](const std::string& text) {
    const auto parsed = parse_duration(text);
    if (!parsed) throw CLI::ValidationError(name, parsed.error().message);
    if (*parsed > longest_endpoint_time) {
      throw CLI::ValidationError(
          name, fmt::format("'{}' is more than a day: give 1440m at most, such as 50ms", text));
    }
    time = *parsed;
  };
  app.add_option_function<std::string>(name, set, help)->type_name("TIME");
}

std::string p99_help(const char* what, const char* median, const char* example) {
  return fmt::format(
      "Makes {} lognormal, with {} as its median and this as its p99, such as {} [0: always the "
      "same]",
      what, median, example);
}

void add_time_flags(CLI::App& app, const std::string& prefix, EndpointFlags& flags) {
  const auto milliseconds = std::chrono::duration<double, std::milli>(flags.latency).count();
  add_endpoint_time(app, prefix + "latency", flags.latency,
                    fmt::format("Time the endpoint takes to answer, to the first token where a "
                                "response streams, such as 300ms [{}ms]",
                                milliseconds));
  add_endpoint_time(app, prefix + "latency_p99", flags.latency_p99,
                    p99_help("that time", "the latency", "200ms"));
  add_number_flag(app, prefix + "slow_share", flags.slow_share, 0.0, 1.0,
                  "Share of the latencies, the slowest ones, that the slow factor is for, such as "
                  "0.01 [0.05]")
      ->type_name("SHARE");
  add_number_flag(app, prefix + "slow_factor", flags.slow_factor, 1.0, 1e6,
                  "Makes those latencies this many times longer, such as 1.6 [1]")
      ->type_name("FACTOR");
  add_endpoint_time(
      app, prefix + "token_time", flags.token_time,
      "Time the endpoint takes for each token after the first, such as 10ms. A response "
      "that does not stream takes the time of all its tokens, if this is set [5ms in "
      "streams; whole responses take none]");
  add_endpoint_time(app, prefix + "token_time_p99", flags.token_time_p99,
                    p99_help("that time", "the token time", "30ms"));
}

void add_limit_flags(CLI::App& app, const std::string& prefix, EndpointFlags& flags) {
  add_number_flag(app, prefix + "rpm_limit", flags.rpm_limit, std::uint64_t{0}, most_a_minute,
                  "Requests a minute that the endpoint takes, a second's worth at once; more get "
                  "429, such as 60000 [0: all]");
  add_number_flag(app, prefix + "tpm_limit", flags.tpm_limit, std::uint64_t{0}, most_a_minute,
                  "Tokens a minute that the endpoint takes, as usage counts them, such as "
                  "1000000 [0: all]");
}

void add_fault_flags(CLI::App& app, const std::string& prefix, EndpointFlags& flags) {
  const std::string name = prefix + "fault";
  app.add_option_function<std::string>(
         name,
         [&flags, name](const std::string& text) {
           auto parsed = parse_faults(text);
           if (const auto* why = std::get_if<std::string>(&parsed)) {
             throw CLI::ValidationError(name, *why);
           }
           flags.faults.shares = std::get<std::vector<FaultShare>>(std::move(parsed));
         },
         fmt::format("What is wrong with which share of the responses, such as "
                     "http_500:0.01,reset:0.002 [none]; of {}",
                     fault_names()))
      ->type_name("LIST");
  add_number_flag(app, prefix + "fault_after", flags.faults.after, std::size_t{0}, most_fault_bytes,
                  fmt::format("Bytes of a response's body before reset, close, half_event or "
                              "huge_body breaks it, at most half of one that does not stream; 0: a "
                              "reset or close comes before the headers, such as 1000 [{}]",
                              flags.faults.after))
      ->type_name("BYTES");
  add_endpoint_time(app, prefix + "fault_time", flags.faults.time,
                    "By how much delay makes a response later, and slow_drip each of its bytes, "
                    "such as 50ms [1s]");
  add_endpoint_time(app, prefix + "idle_timeout", flags.idle_timeout,
                    "Time after which the endpoint closes a connection without requests, such "
                    "as 5s [0: never]");
}

/// Of the flag `name` and its p99: a sentence when they do not go together.
template <typename Value>
std::optional<std::string> check_p99(const std::string& name, Value median, Value p99) {
  if (p99 == Value{0} || (median > Value{0} && p99 >= median)) return std::nullopt;
  return fmt::format("{0}_p99: a p99 is not below the median, {0}, which is more than 0", name);
}

LatencyModel latency_model(nanoseconds median, nanoseconds p99, std::uint64_t seed) {
  return p99.count() == 0 ? LatencyModel::fixed(median)
                          : LatencyModel::lognormal(median, p99, seed);
}

LengthModel length_model(std::size_t median, std::size_t p99, std::uint64_t seed) {
  return p99 == 0 ? LengthModel::fixed(median) : LengthModel::lognormal(median, p99, seed);
}

}  // namespace

void add_flags(CLI::App& app, const std::string& prefix, EndpointFlags& flags) {
  add_time_flags(app, prefix, flags);
  add_number_flag(app, prefix + "response_tokens", flags.response_tokens, std::size_t{1},
                  longest_response,
                  "Tokens in a response of the endpoint that its request does not limit, such as "
                  "128 [16]");
  add_number_flag(app, prefix + "response_tokens_p99", flags.response_tokens_p99, std::size_t{0},
                  longest_response, p99_help("that length", "the response tokens", "500"));
  add_number_flag(
      app, prefix + "concurrency", flags.concurrency, std::size_t{0}, most_requests,
      "Responses that the endpoint makes at once; more wait, so that latency rises with "
      "load, such as 64 [0: as many as are asked for]");
  add_number_flag(app, prefix + "queue", flags.queue, std::size_t{0}, most_requests,
                  "Requests that may wait for their turn; one more gets 503 at once, such as "
                  "100 [all]");
  add_limit_flags(app, prefix, flags);
  add_fault_flags(app, prefix, flags);
}

std::variant<EndpointOptions, std::string> endpoint_options(const EndpointFlags& flags,
                                                            const std::string& prefix,
                                                            std::uint64_t seed) {
  if (auto why = check_p99(prefix + "latency", flags.latency, flags.latency_p99)) return *why;
  const nanoseconds token_time = flags.token_time.value_or(default_stream_token_time);
  const nanoseconds given_token_time = flags.token_time.value_or(nanoseconds(0));
  if (auto why = check_p99(prefix + "token_time", given_token_time, flags.token_time_p99)) {
    return *why;
  }
  if (auto why =
          check_p99(prefix + "response_tokens", flags.response_tokens, flags.response_tokens_p99)) {
    return *why;
  }
  if (flags.queue && flags.concurrency == 0) {
    return fmt::format("{0}queue needs {0}concurrency, more than 0: otherwise no request waits",
                       prefix);
  }
  EndpointOptions options;
  options.latency = latency_model(flags.latency, flags.latency_p99, seed);
  options.latency.slow_down(flags.slow_share, flags.slow_factor);
  options.token_time = latency_model(token_time, flags.token_time_p99, seed + 1);
  options.whole_takes_token_time = flags.token_time.has_value();
  options.response_tokens =
      length_model(flags.response_tokens, flags.response_tokens_p99, seed + 2);
  options.concurrency = flags.concurrency;
  options.queue = flags.queue;
  options.rpm_limit = flags.rpm_limit;
  options.tpm_limit = flags.tpm_limit;
  options.faults = flags.faults;
  options.faults.seed = seed + 3;
  options.idle_timeout = std::chrono::ceil<std::chrono::milliseconds>(flags.idle_timeout);
  return options;
}

}  // namespace paceline
