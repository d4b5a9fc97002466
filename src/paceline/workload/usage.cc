#include <paceline/workload/usage.h>

#include <cmath>
#include <cstdint>
#include <string_view>

#include <paceline/workload/json_reader.h>

namespace paceline::workload {
namespace {

namespace dom = simdjson::dom;
using Found = simdjson::simdjson_result<dom::element>;
using Count = std::optional<std::uint64_t>;

/// More than any response has. Sums over a run do not overflow.
constexpr std::uint64_t most_tokens = 1'000'000'000;

Count read_count(Found found) {
  std::uint64_t count = 0;
  double number = 0;
  if (read_value(found, count)) return count <= most_tokens ? Count(count) : std::nullopt;
  // Some servers send 10.0.
  if (!read_value(found, number) || !(number >= 0 && number <= double{most_tokens})) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(std::llround(number));
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

/// Reads one field of a usage. APIs differ in the names.
void read_field(std::string_view name, dom::element value, Usage& usage, Count& total) {
  if (name == "prompt_tokens" || name == "input_tokens") {
    merge_count(usage.prompt_tokens, read_count(as_found(value)));
  } else if (name == "completion_tokens" || name == "output_tokens") {
    merge_count(usage.completion_tokens, read_count(as_found(value)));
  } else if (name == "total_tokens") {
    total = read_count(as_found(value));
  } else if (name == "prompt_tokens_details" || name == "input_tokens_details") {
    merge_count(usage.cached_tokens, read_count(value["cached_tokens"]));
  } else if (name == "completion_tokens_details" || name == "output_tokens_details") {
    merge_count(usage.reasoning_tokens, read_count(value["reasoning_tokens"]));
  } else if (name == "cached_tokens" || name == "prompt_cache_hit_tokens" ||
             name == "cache_read_input_tokens") {
    merge_count(usage.cached_tokens, read_count(as_found(value)));
  } else if (name == "reasoning_tokens") {
    merge_count(usage.reasoning_tokens, read_count(as_found(value)));
  }
}

}  // namespace

std::optional<Usage> read_usage(dom::element holder) {
  dom::object fields;
  if (!read_value(find_usage(holder), fields)) return std::nullopt;
  Usage usage;
  Count total;
  for (const dom::key_value_pair field : fields) read_field(field.key, field.value, usage, total);
  if (!tells_tokens(usage)) return std::nullopt;
  // xAI counts reasoning in addition to the completion, all other APIs as a part of it.
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

}  // namespace paceline::workload
