#include <programs/options.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <utility>

#include <endpoint/options.h>
#include <paceline/text/numbers.h>
#include <programs/flags.h>

namespace paceline::programs {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t most_requests = 1'000'000;
constexpr std::uint64_t most_per_minute = 1'000'000'000'000;
constexpr std::size_t most_fault_bytes = 1U << 30U;

/// Adds a flag like add_duration_flag(), for a time of at most EndpointOptions::longest_time.
template <typename Time>
void add_endpoint_time(CLI::App& app, const std::string& name, Time& time,
                       const std::string& help) {
  const auto set = [&time, name](const std::string& text) {
    const auto parsed = text::parse_duration(text);
    if (!parsed) throw CLI::ValidationError(name, parsed.error().message);
    if (*parsed > EndpointOptions::longest_time) {
      throw CLI::ValidationError(
          name, fmt::format("'{}' is longer than a day; give at most 24h, such as 50ms", text));
    }
    time = *parsed;
  };
  app.add_option_function<std::string>(name, set, help)->type_name("TIME");
}

std::string p99_help(const char* what, const std::string& median, const char* example) {
  return fmt::format(
      "Makes {} lognormal, with this p99 and with {} as the median, such as {} [0: always the "
      "same]",
      what, median, example);
}

void add_time_flags(CLI::App& app, const std::string& prefix, EndpointOptions& options) {
  const auto milliseconds = std::chrono::duration<double, std::milli>(options.latency).count();
  add_endpoint_time(
      app, prefix + "latency", options.latency,
      fmt::format("Time to the first token of a response, such as 300ms [{}ms]", milliseconds));
  add_endpoint_time(app, prefix + "latency_p99", options.latency_p99,
                    p99_help("the latency", prefix + "latency", "200ms"));
  add_number_flag(app, prefix + "slow_share", options.slow_share, 0.0, 1.0,
                  fmt::format("Share of the latencies, the slowest ones, that {}slow_factor "
                              "multiplies, such as 0.01 [0.05]",
                              prefix))
      ->type_name("SHARE");
  add_number_flag(app, prefix + "slow_factor", options.slow_factor, 1.0, 1e6,
                  "Factor by which the slowest latencies are longer, such as 1.6 [1]")
      ->type_name("FACTOR");
  add_endpoint_time(
      app, prefix + "token_time", options.token_time,
      "Time of each token after the first, such as 10ms. If this is set, a response that is not "
      "streamed takes the time of all its tokens [5ms in streams, no time in other responses]");
  add_endpoint_time(app, prefix + "token_time_p99", options.token_time_p99,
                    p99_help("the token time", prefix + "token_time", "30ms"));
}

void add_load_flags(CLI::App& app, const std::string& prefix, EndpointOptions& options) {
  add_number_flag(app, prefix + "concurrency", options.concurrency, std::size_t{0}, most_requests,
                  "Responses that the endpoint generates at once; further requests wait, so that "
                  "latency rises with load; such as 64 [0: no limit]");
  add_number_flag(app, prefix + "queue", options.queue, std::size_t{0}, most_requests,
                  "Requests that may wait; a further request gets 503 at once; such as 100 "
                  "[no limit]");
  add_number_flag(app, prefix + "rpm_limit", options.rpm_limit, std::uint64_t{0}, most_per_minute,
                  "Requests per minute that the endpoint accepts, one second's worth of them at "
                  "once; further requests get 429; such as 60000 [0: no limit]");
  add_number_flag(app, prefix + "tpm_limit", options.tpm_limit, std::uint64_t{0}, most_per_minute,
                  "Tokens per minute that the endpoint accepts, as usage counts them, such as "
                  "1000000 [0: no limit]");
}

void add_fault_flags(CLI::App& app, const std::string& prefix, EndpointOptions& options) {
  const std::string name = prefix + "fault";
  const auto set = [&options, name](const std::string& text) {
    auto shares = endpoint::parse_faults(text);
    if (!shares) throw CLI::ValidationError(name, shares.error().message);
    options.faults.shares = std::move(*shares);
  };
  app.add_option_function<std::string>(
         name, set,
         fmt::format("Faults and their shares of the responses, such as "
                     "http_500:0.01,reset:0.002 [none]; the faults are {}",
                     endpoint::fault_names()))
      ->type_name("LIST");
  add_number_flag(
      app, prefix + "fault_after", options.faults.after, std::size_t{0}, most_fault_bytes,
      fmt::format("Bytes of the body before reset, close, half_event or huge_body breaks it, at "
                  "most half of a body that is not streamed; 0: reset and close come before the "
                  "headers; such as 1000 [{}]",
                  options.faults.after))
      ->type_name("BYTES");
  add_endpoint_time(app, prefix + "fault_time", options.faults.time,
                    "How much later a response with the fault delay comes, and the time of each "
                    "byte of a slow_drip, such as 50ms [1s]");
  add_endpoint_time(app, prefix + "idle_timeout", options.idle_timeout,
                    "Time after which the endpoint closes a connection without requests, such "
                    "as 5s [0: never]");
}

}  // namespace

void add_flags(CLI::App& app, const std::string& prefix, EndpointOptions& options) {
  constexpr std::size_t longest = EndpointOptions::longest_response;
  add_time_flags(app, prefix, options);
  add_number_flag(app, prefix + "response_tokens", options.response_tokens, std::size_t{1}, longest,
                  "Tokens of a response whose request sets no limit, such as 128 [16]");
  add_number_flag(app, prefix + "response_tokens_p99", options.response_tokens_p99, std::size_t{0},
                  longest, p99_help("the response length", prefix + "response_tokens", "500"));
  add_number_flag(app, prefix + "tokens_per_event", options.tokens_per_event, std::size_t{1},
                  EndpointOptions::longest_event,
                  "Tokens of each event of a stream, which is sent when the last of them is due, "
                  "such as 2 [1]");
  add_number_flag(app, prefix + "cache_tokens", options.cache_tokens, std::size_t{0},
                  EndpointOptions::largest_cache,
                  "Tokens of prompts that the prefix cache remembers, such as 100000000; 0: none "
                  "[1048576]");
  app.add_flag(prefix + "check_sessions{true}", options.checks_sessions,
               "Answers 409 to a chat request with X-Session-ID whose messages do not continue its "
               "session: the messages of the request before, and the endpoint's answer");
  add_number_flag(app, prefix + "tool_calls", options.tool_calls, 0.0, 1.0,
                  "Share of the responses that call a tool, among those that may call one but need "
                  "not, such as 0.3 [0]")
      ->type_name("SHARE");
  app.add_flag(
      prefix + "compressed", options.compressed,
      "Compresses responses with gzip for clients that accept it, each event of a stream by "
      "itself");
  add_load_flags(app, prefix, options);
  add_fault_flags(app, prefix, options);
}

Result<void> check_endpoint_flags(const EndpointOptions& options, const std::string& prefix) {
  using Reason = endpoint::InvalidOption::Reason;
  const auto invalid = endpoint::find_invalid_option(options);
  if (!invalid) return {};
  const std::string flag = prefix + std::string(invalid->field);
  const auto refuse = [](std::string message) {
    return fail(ErrorCode::invalid_value, std::move(message));
  };
  switch (invalid->reason) {
    case Reason::above_p99:
      return refuse(fmt::format("{0}_p99 must be at least {0}, and {0} must be positive", flag));
    case Reason::queue_without_concurrency:
      return refuse(fmt::format("{} needs {}concurrency above 0: without a limit no request waits",
                                flag, prefix));
    case Reason::key_without_certificate:
      return refuse(fmt::format("{0}key needs {0}cert, which names the certificate", prefix));
    case Reason::out_of_range:
      break;
  }
  return refuse(fmt::format("{} is out of range", flag));
}

}  // namespace paceline::programs
