#include <paceline/gbench/checked_api.h>
#include <paceline/run/share_value.h>
#include <paceline/stats/byte_form.h>

#include <cstdint>

namespace paceline::stats {

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
    auto& [failure, error, usage, length_asked, streamed_tokens, finish, tool_calls_valid, part] =
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

Result<CheckedApi> share(run::Ranks& ranks, const Result<CheckedApi>& own) {
  return run::share_value(ranks, "first requests", own);
}

}  // namespace paceline::gbench
