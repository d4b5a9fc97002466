#include <paceline/gbench/checked_api.h>
#include <paceline/stats/byte_form.h>

#include <optional>
#include <utility>

namespace paceline::gbench {
namespace {

/// A CheckedApi, or why there is none.
struct CheckedBytes {
  std::optional<Error> error{};
  CheckedApi api{};
};

}  // namespace
}  // namespace paceline::gbench

namespace paceline::stats {

template <>
struct Members<gbench::CheckedBytes> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& checked) {
    auto& [error, api] = checked;
    form(error, api);
  }
};

template <>
struct Members<gbench::CheckedApi> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& api) {
    auto& [limits, adapted_to, response_tokens, latency] = api;
    form(limits, adapted_to, response_tokens, latency);
  }
};

template <>
struct Members<http::RateLimits> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& limits) {
    auto& [requests, tokens] = limits;
    form(requests, tokens);
  }
};

template <>
struct Members<http::RateLimit> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& rate) {
    auto& [limit, remaining, reset] = rate;
    form(limit, remaining, reset);
  }
};

template <>
struct Members<Outcome> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& outcome) {
    auto& [failure, error, usage, streamed_tokens, length_asked, finish, tool_calls_valid, part] =
        outcome;
    std::uint64_t part_number = part;
    form(failure, error, usage, streamed_tokens, length_asked, finish, tool_calls_valid,
         part_number);
    if constexpr (Form::reads) part = static_cast<std::uint16_t>(part_number);
  }
};

template <>
struct Members<Usage> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& usage) {
    auto& [prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens] = usage;
    form(prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens);
  }
};

template <>
struct Members<LengthAsked> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& length) {
    auto& [at_least, at_most] = length;
    form(at_least, at_most);
  }
};

}  // namespace paceline::stats

namespace paceline::gbench {

std::string bytes_of(const Result<CheckedApi>& checked) {
  CheckedBytes bytes;
  if (checked) {
    bytes.api = *checked;
  } else {
    bytes.error = checked.error();
  }
  return stats::to_bytes(bytes);
}

Result<CheckedApi> checked_api_of(std::string_view bytes) {
  auto checked = stats::of_bytes<CheckedBytes>(bytes);
  if (!checked) return fail(ErrorCode::ranks_differ, "rank 0 makes another kind of call");
  if (checked->error) return tl::unexpected(std::move(*checked->error));
  return std::move(checked->api);
}

}  // namespace paceline::gbench
