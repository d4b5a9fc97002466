#include <endpoint/options.h>
#include <fmt/format.h>
#include <paceline/text/numbers.h>

#include <algorithm>
#include <array>
#include <utility>

namespace paceline::endpoint {
namespace {

struct FaultName {
  std::string_view text;
  Fault fault;
};

constexpr std::array<FaultName, 14> names = {{{"http_500", Fault::http_500},
                                              {"http_503", Fault::http_503},
                                              {"delay", Fault::delay},
                                              {"stall", Fault::stall},
                                              {"reset", Fault::reset},
                                              {"close", Fault::close},
                                              {"half_event", Fault::half_event},
                                              {"bad_json", Fault::bad_json},
                                              {"wrong_length", Fault::wrong_length},
                                              {"slow_drip", Fault::slow_drip},
                                              {"huge_body", Fault::huge_body},
                                              {"content_filter", Fault::content_filter},
                                              {"error_event", Fault::error_event},
                                              {"bad_output", Fault::bad_output}}};

bool is_share(double share) {
  return share > 0 && share <= 1;
}

double sum_of(const std::vector<FaultShare>& shares) {
  double sum = 0;
  for (const FaultShare& one : shares) sum += one.share;
  return sum;
}

// The sum of shares such as ten times 0.1 may exceed 1 by rounding.
bool is_at_most_one(double sum) {
  constexpr double rounding = 1e-9;
  return sum <= 1 + rounding;
}

bool are_shares(const std::vector<FaultShare>& shares) {
  return std::all_of(shares.begin(), shares.end(),
                     [](const FaultShare& one) { return is_share(one.share); }) &&
         is_at_most_one(sum_of(shares));
}

// False for NaN.
template <typename Value>
bool is_within(Value value, Value lowest, Value highest) {
  return value >= lowest && value <= highest;
}

bool is_time(std::chrono::nanoseconds time) {
  return is_within<std::chrono::nanoseconds>(time, std::chrono::nanoseconds(0),
                                             EndpointOptions::longest_time);
}

std::optional<std::string_view> field_out_of_range(const EndpointOptions& options) {
  constexpr std::uint64_t most_per_minute = 1'000'000'000'000;
  constexpr double most_factor = 1e6;
  constexpr std::size_t longest = EndpointOptions::longest_response;
  const std::array<std::pair<std::string_view, bool>, 17> fields = {{
      {"latency", is_time(options.latency)},
      {"latency_p99", is_time(options.latency_p99)},
      {"slow_share", is_within(options.slow_share, 0.0, 1.0)},
      {"slow_factor", is_within(options.slow_factor, 1.0, most_factor)},
      {"token_time", is_time(options.token_time.value_or(std::chrono::nanoseconds(0)))},
      {"token_time_p99", is_time(options.token_time_p99)},
      {"response_tokens", is_within<std::size_t>(options.response_tokens, 1, longest)},
      {"response_tokens_p99", is_within<std::size_t>(options.response_tokens_p99, 0, longest)},
      {"tokens_per_event",
       is_within<std::size_t>(options.tokens_per_event, 1, EndpointOptions::longest_event)},
      {"cache_tokens", options.cache_tokens <= EndpointOptions::largest_cache},
      {"tool_calls", is_within(options.tool_calls, 0.0, 1.0)},
      {"rpm_limit", options.rpm_limit <= most_per_minute},
      {"tpm_limit", options.tpm_limit <= most_per_minute},
      {"faults.shares", are_shares(options.faults.shares)},
      {"faults.time", is_time(options.faults.time)},
      {"idle_timeout", is_time(options.idle_timeout)},
      {"max_connections", options.max_connections > 0},
  }};
  const auto found =
      std::find_if(fields.begin(), fields.end(), [](const auto& field) { return !field.second; });
  if (found == fields.end()) return std::nullopt;
  return found->first;
}

template <typename Value>
bool is_above_p99(Value median, Value p99) {
  return p99 > Value{0} && (median == Value{0} || median > p99);
}

Result<FaultShare> parse_one(std::string_view text) {
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  const auto* found = std::find_if(names.begin(), names.end(),
                                   [name](const FaultName& known) { return known.text == name; });
  if (found == names.end()) {
    return fail(ErrorCode::invalid_value,
                fmt::format("'{}' is not a fault; the faults are {}", name, fault_names()));
  }
  FaultShare one{found->fault};
  if (colon == std::string_view::npos) return one;
  const auto share = text.substr(colon + 1);
  one.share = text::parse_number(share, 0.0, 1.0).value_or(0);
  if (!is_share(one.share)) {
    return fail(ErrorCode::invalid_value,
                fmt::format("'{}' is not a share above 0 and at most 1; give one as in {}:0.01",
                            share, name));
  }
  return one;
}

}  // namespace

std::optional<InvalidOption> find_invalid_option(const EndpointOptions& options) {
  using Reason = InvalidOption::Reason;
  using std::chrono::nanoseconds;
  if (const auto field = field_out_of_range(options)) {
    return InvalidOption{Reason::out_of_range, *field};
  }
  if (is_above_p99(options.latency, options.latency_p99)) {
    return InvalidOption{Reason::above_p99, "latency"};
  }
  if (is_above_p99(options.token_time.value_or(nanoseconds(0)), options.token_time_p99)) {
    return InvalidOption{Reason::above_p99, "token_time"};
  }
  if (is_above_p99(options.response_tokens, options.response_tokens_p99)) {
    return InvalidOption{Reason::above_p99, "response_tokens"};
  }
  if (options.queue && options.concurrency == 0) {
    return InvalidOption{Reason::queue_without_concurrency, "queue"};
  }
  if (!options.key_file.empty() && options.cert_file.empty()) {
    return InvalidOption{Reason::key_without_certificate, "key_file"};
  }
  return std::nullopt;
}

std::string fault_names() {
  std::string all;
  for (const FaultName& name : names) {
    if (!all.empty()) all += ", ";
    all += name.text;
  }
  return all;
}

Result<std::vector<FaultShare>> parse_faults(std::string_view text) {
  std::vector<FaultShare> shares;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const auto one = parse_one(text.substr(begin, end - begin));
    if (!one) return tl::unexpected(one.error());
    shares.push_back(*one);
    begin = end + 1;
  }
  if (const double sum = sum_of(shares); !is_at_most_one(sum)) {
    return fail(ErrorCode::invalid_value,
                fmt::format("the shares in '{}' add up to {}, but the most is 1", text, sum));
  }
  return shares;
}

}  // namespace paceline::endpoint
