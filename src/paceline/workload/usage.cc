#include <paceline/workload/usage.h>

#include <array>
#include <cmath>
#include <cstdint>

#include <paceline/workload/json_value.h>

namespace paceline {
namespace {

namespace dom = simdjson::dom;
using Found = simdjson::simdjson_result<dom::element>;
using Count = std::optional<std::uint64_t>;

/// More than any response has; sums of it over a run do not overflow.
constexpr std::uint64_t most_tokens = 1'000'000'000;

Count read_count(Found found) {
  std::uint64_t count = 0;
  double number = 0;
  if (read_value(found, count)) return count <= most_tokens ? Count(count) : std::nullopt;
  // Some servers write 10.0.
  if (!read_value(found, number) || !(number >= 0 && number <= double{most_tokens})) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(std::llround(number));
}

/// The first of these that there is: APIs differ in what they call it.
template <std::size_t size>
Count first_of(const std::array<Found, size>& candidates) {
  for (const Found& candidate : candidates) {
    if (const Count count = read_count(candidate)) return count;
  }
  return std::nullopt;
}

bool is_object(const Found& found) {
  dom::object object;
  return read_value(found, object);
}

Found find_usage(dom::element holder) {
  if (const Found usage = holder["usage"]; is_object(usage)) return usage;
  if (const Found usage = holder["x_groq"]["usage"]; is_object(usage)) return usage;
  if (const Found usage = holder["choices"].at(0)["usage"]; is_object(usage)) return usage;
  return simdjson::NO_SUCH_FIELD;
}

bool tells_tokens(const Usage& usage) {
  return usage.prompt_tokens.value_or(0) > 0 || usage.completion_tokens.value_or(0) > 0;
}

void merge_count(Count& count, const Count& later) {
  if (later && (*later > 0 || !count)) count = later;
}

}  // namespace

std::optional<Usage> read_usage(dom::element holder) {
  const Found found = find_usage(holder);
  if (found.error() != simdjson::SUCCESS) return std::nullopt;
  Usage usage;
  usage.prompt_tokens = first_of<2>({found["prompt_tokens"], found["input_tokens"]});
  usage.completion_tokens = first_of<2>({found["completion_tokens"], found["output_tokens"]});
  if (!tells_tokens(usage)) return std::nullopt;
  usage.cached_tokens =
      first_of<5>({found["prompt_tokens_details"]["cached_tokens"],
                   found["input_tokens_details"]["cached_tokens"], found["prompt_cache_hit_tokens"],
                   found["cached_tokens"], found["cache_read_input_tokens"]});
  usage.reasoning_tokens =
      first_of<3>({found["completion_tokens_details"]["reasoning_tokens"],
                   found["output_tokens_details"]["reasoning_tokens"], found["reasoning_tokens"]});
  // xAI tells thoughts beside the completion, all others as a part of it.
  const Count total = read_count(found["total_tokens"]);
  const std::uint64_t reasoning = usage.reasoning_tokens.value_or(0);
  if (total && usage.completion_tokens && reasoning > 0 &&
      *total == usage.prompt_tokens.value_or(0) + *usage.completion_tokens + reasoning) {
    *usage.completion_tokens += reasoning;
  }
  return usage;
}

void merge_usage(std::optional<Usage>& usage, const std::optional<Usage>& later) {
  if (!later) return;
  if (!usage) usage.emplace();
  merge_count(usage->prompt_tokens, later->prompt_tokens);
  merge_count(usage->completion_tokens, later->completion_tokens);
  merge_count(usage->cached_tokens, later->cached_tokens);
  merge_count(usage->reasoning_tokens, later->reasoning_tokens);
}

}  // namespace paceline
