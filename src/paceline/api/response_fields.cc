#include <fmt/format.h>
#include <paceline/api/json_reader.h>
#include <paceline/api/response_fields.h>
#include <paceline/text/numbers.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace paceline::api {
namespace {

namespace dom = simdjson::dom;
using Found = simdjson::simdjson_result<dom::element>;
using Count = std::optional<std::uint64_t>;

/// More tokens than any response has. Sums over a run do not overflow.
constexpr std::uint64_t most_tokens = 1'000'000'000;

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

/// Prompt tokens that Anthropic counts apart from input_tokens.
std::uint64_t tokens_beside_input(Found usage) {
  return read_count(usage["cache_read_input_tokens"]).value_or(0) +
         read_count(usage["cache_creation_input_tokens"]).value_or(0);
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

std::optional<std::uint64_t> read_count(Found found) {
  std::uint64_t count = 0;
  double number = 0;
  if (read_value(found, count)) return count <= most_tokens ? Count(count) : std::nullopt;
  // Some servers send 10.0.
  if (!read_value(found, number) || !(number >= 0 && number <= double{most_tokens})) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(std::llround(number));
}

std::optional<Usage> read_token_counts(Found found) {
  dom::object fields;
  if (!read_value(found, fields)) return std::nullopt;
  Usage usage;
  Count total;
  for (const dom::key_value_pair field : fields) read_field(field.key, field.value, usage, total);
  const bool is_of_messages = !total && has_value(found["input_tokens"]);
  if (is_of_messages && usage.prompt_tokens) *usage.prompt_tokens += tokens_beside_input(found);
  if (!tells_tokens(usage)) return std::nullopt;
  // xAI counts reasoning in addition to the completion, all other APIs as a part of it.
  const std::uint64_t reasoning = usage.reasoning_tokens.value_or(0);
  if (total && usage.completion_tokens && reasoning > 0 &&
      *total == usage.prompt_tokens.value_or(0) + *usage.completion_tokens + reasoning) {
    *usage.completion_tokens += reasoning;
  }
  return usage;
}

std::optional<Usage> read_usage(dom::element holder) {
  return read_token_counts(find_usage(holder));
}

std::optional<Usage> read_total_tokens(Found usage) {
  const Count total = read_count(usage["total_tokens"]);
  if (total.value_or(0) == 0) return std::nullopt;
  return Usage{.prompt_tokens = total};
}

void merge_usage(std::optional<Usage>& usage, const std::optional<Usage>& later) {
  if (!later) return;
  if (!usage) usage.emplace();
  merge_count(usage->prompt_tokens, later->prompt_tokens);
  merge_count(usage->completion_tokens, later->completion_tokens);
  merge_count(usage->cached_tokens, later->cached_tokens);
  merge_count(usage->reasoning_tokens, later->reasoning_tokens);
}

namespace {

constexpr std::array<const char*, 7> code_fields{"code",      "status", "status_code", "statusCode",
                                                 "http_code", "type",   "error_type"};
constexpr std::array<std::string_view, 6> names_of_429{"rate_limit",         "ratelimit",
                                                       "too_many_requests",  "toomanyrequests",
                                                       "resource_exhausted", "throttl"};
constexpr std::array<std::string_view, 12> names_of_5xx{
    "server_error",    "servererror",     "internal_error", "internalerror",
    "internal_server", "internalserver",  "overloaded",     "unavailable",
    "bad_gateway",     "gateway_timeout", "timeout_error",  "deadline_exceeded"};

bool is_placeholder(dom::element element, int depth = 0) {
  std::string_view text;
  double number = 0;
  bool flag = false;
  if (element.is_null()) return true;
  if (element.get(text) == simdjson::SUCCESS) return text.empty();
  if (element.get(flag) == simdjson::SUCCESS) return !flag;
  if (element.get(number) == simdjson::SUCCESS) return number == 0;
  if (depth > 1) return false;
  const auto is_one = [depth](dom::element value) { return is_placeholder(value, depth + 1); };
  dom::array items;
  if (element.get(items) == simdjson::SUCCESS) {
    return std::all_of(items.begin(), items.end(), is_one);
  }
  dom::object fields;
  return element.get(fields) == simdjson::SUCCESS &&
         std::all_of(fields.begin(), fields.end(),
                     [&](const dom::key_value_pair& field) { return is_one(field.value); });
}

std::optional<Failure> failure_of_number(std::int64_t code) {
  if (code == 429) return Failure::http_429;
  if (code >= 500 && code < 600) return Failure::http_5xx;
  return std::nullopt;
}

std::optional<Failure> failure_of_name(std::string_view text) {
  constexpr std::int64_t highest_status = 999;
  const auto number = text::parse_number(text, std::int64_t{0}, highest_status);
  if (number) return failure_of_number(*number);
  std::string name(text.substr(0, 100));
  for (char& letter : name) {
    const int lower = std::tolower(static_cast<unsigned char>(letter));
    letter = lower == '-' || lower == ' ' ? '_' : static_cast<char>(lower);
  }
  const auto holds = [&name](std::string_view part) { return name.find(part) != name.npos; };
  if (std::any_of(names_of_429.begin(), names_of_429.end(), holds)) return Failure::http_429;
  if (name == "insufficient_quota") return Failure::http_429;
  // Google and Anthropic.
  if (name == "internal" || name == "api_error") return Failure::http_5xx;
  if (std::any_of(names_of_5xx.begin(), names_of_5xx.end(), holds)) return Failure::http_5xx;
  return std::nullopt;
}

/// The failure that the fields of `object` name.
std::optional<Failure> failure_of_fields(Found object) {
  for (const char* field : code_fields) {
    std::int64_t number = 0;
    std::string_view name;
    std::optional<Failure> failure;
    if (read_value(object[field], number)) {
      failure = failure_of_number(number);
    } else if (read_value(object[field], name)) {
      failure = failure_of_name(name);
    }
    if (failure) return failure;
  }
  return std::nullopt;
}

/// The error in `holder`.
ToldError error_in(dom::element holder) {
  ToldError told;
  std::string_view name;
  std::optional<Failure> failure = failure_of_fields(holder["error"]);
  if (!failure) failure = failure_of_fields(as_found(holder));
  if (!failure && read_value(holder["error"], name)) failure = failure_of_name(name);
  told.failure = failure.value_or(Failure::bad_response);
  told.words = words_of_error(holder);
  return told;
}

bool holds_error(Found found) {
  return found.error() == simdjson::SUCCESS && !is_placeholder(found.value_unsafe());
}

std::string_view text_in(Found found) {
  std::string_view text;
  read_value(found, text);
  return text;
}

bool has_output(dom::element response) {
  dom::array output;
  return read_value(response["output"], output) && output.begin() != output.end();
}

}  // namespace

std::optional<ToldError> read_told_error(dom::element holder) {
  if (!holds_error(holder["error"])) return std::nullopt;
  return error_in(holder);
}

std::optional<ToldError> read_bare_error(dom::element object) {
  if (auto told = read_told_error(object)) return told;
  dom::array items;
  if (object.get(items) == simdjson::SUCCESS) {
    // Google's APIs wrap the error in an array.
    if (items.begin() == items.end()) return std::nullopt;
    return read_told_error(*items.begin());
  }
  std::int64_t code = 0;
  const bool has_code =
      (read_value(object["code"], code) || read_value(object["status"], code) ||
       read_value(object["status_code"], code) || read_value(object["statusCode"], code)) &&
      code >= 400 && code < 600;
  if (has_code || text_in(object["object"]) == "error" || text_in(object["type"]) == "error" ||
      holds_error(object["detail"]) || holds_error(object["errors"])) {
    return error_in(object);
  }
  return std::nullopt;
}

std::optional<ToldError> read_choice_error(dom::element choice) {
  if (auto told = read_told_error(choice)) return told;
  if (text_in(choice["finish_reason"]) != "error") return std::nullopt;
  return ToldError{Failure::bad_response, words_of_error(choice)};
}

std::optional<ToldError> read_response_error(dom::element response) {
  if (auto told = read_told_error(response)) return told;
  const std::string_view status = text_in(response["status"]);
  if (status == "failed" || status == "cancelled") {
    return ToldError{Failure::bad_response, fmt::format("the response's status is {}", status)};
  }
  if (status != "incomplete") return std::nullopt;
  const std::string_view reason = text_in(response["incomplete_details"]["reason"]);
  // These reasons end a good response early, like the finish_reason "length" of chat completions.
  if (reason == "max_output_tokens" || reason == "max_tokens" || reason == "length" ||
      reason == "content_filter" || (reason.empty() && has_output(response))) {
    return std::nullopt;
  }
  return ToldError{Failure::bad_response,
                   with_words("the response is incomplete", words_of_text(reason))};
}

}  // namespace paceline::api
