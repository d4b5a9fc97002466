#include <paceline/gbench/display/row_facts.h>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace paceline::gbench::display {
namespace {

enum class Figure { number, share, time };

/// A counter, and the words around its value: "{}" is the value.
struct Phrase {
  const char* counter;
  const char* words;
  Figure figure = Figure::number;
  /// Whether the phrase is left out while the counter is 0.
  bool is_rare = false;
};

std::string value_text(double value, Figure figure, bool is_share) {
  if (figure == Figure::time) return time_cell(value, is_share);
  return number_cell(value, is_share || figure == Figure::share);
}

/// `suffix`: what follows the names of the counters, such as "@model=a".
std::vector<std::string> items_of(const Row& row, const std::vector<Phrase>& phrases,
                                  const std::string& suffix = {}) {
  std::vector<std::string> items;
  for (const Phrase& phrase : phrases) {
    const auto value = row.counter(phrase.counter + suffix);
    if (!value || (phrase.is_rare && *value == 0)) continue;
    items.push_back(
        fmt::format(fmt::runtime(phrase.words), value_text(*value, phrase.figure, row.is_share)));
  }
  return items;
}

const std::vector<std::pair<const char*, std::vector<Phrase>>>& groups_of_phrases() {
  static const std::vector<std::pair<const char*, std::vector<Phrase>>> groups{
      {"search", {{"max_rpm", "highest rate {} RPM"}, {"probes", "{} probes"}}},
      {"rate",
       {{"rpm", "{} RPM sent"},
        {"rps", "{} responses/s"},
        {"peak_rps", "at most {} in one second"},
        {"goodput", "goodput {} requests/s"},
        {"in_flight", "at most {} in flight"}}},
      {"opened",
       {{"connections", "{} connections"},
        {"connect_requests", "{} requests waited for one", Figure::number, true}}},
      {"tokens",
       {{"tokens_out", "{} output tokens/s"},
        {"peak_tokens_out", "at most {} in one second"},
        {"tokens_out_per_user", "{} per user"},
        {"tokens_per_request", "{} per request"},
        {"tokens_in", "{} input tokens/s"},
        {"cached_tokens", "{} cached per request"},
        {"warm_ratio", "{} of prefixes warm", Figure::share},
        {"reasoning_tokens", "{} of reasoning per request"}}},
      {"ends",
       {{"finish_length", "{} at the length", Figure::share, true},
        {"finish_tool_calls", "{} with tool calls", Figure::share, true},
        {"finish_content_filter", "{} by the content filter", Figure::share, true},
        {"finish_other", "{} for other reasons", Figure::share, true},
        {"length_mismatch", "{} without the requested length", Figure::share},
        {"tool_calls_valid", "{} of tool calls valid", Figure::share},
        {"format_valid", "{} of formats valid", Figure::share}}},
      {"errors",
       {{"errors", "{}"},
        {"http_429", "429: {}", Figure::number, true},
        {"http_4xx", "other 4xx: {}", Figure::number, true},
        {"http_5xx", "5xx: {}", Figure::number, true},
        {"connects", "connects: {}", Figure::number, true},
        {"timeouts", "timeouts: {}", Figure::number, true},
        {"resets", "resets: {}", Figure::number, true},
        {"bad_responses", "bad responses: {}", Figure::number, true},
        {"other_errors", "others: {}", Figure::number, true},
        {"cut_off", "cut off, not counted: {}", Figure::number, true},
        {"cancelled", "cancelled, not counted: {}", Figure::number, true},
        {"retries", "retries: {}", Figure::number, true},
        {"retries_exhausted", "failed after retries: {}", Figure::number, true}}}};
  return groups;
}

/// The counters of one part of a run, such as p50@model=gpt-4o.
const std::vector<Phrase>& phrases_of_parts() {
  static const std::vector<Phrase> phrases{{"requests", "{} requests"},
                                           {"error_ratio", "{} failed", Figure::share},
                                           {"p50", "p50 {}", Figure::time},
                                           {"p99", "p99 {}", Figure::time},
                                           {"ttft_p50", "TTFT p50 {}", Figure::time},
                                           {"ttft_p99", "TTFT p99 {}", Figure::time},
                                           {"itl_p50", "ITL p50 {}", Figure::time},
                                           {"tokens_out", "{} tokens/s"}};
  return phrases;
}

void add_parts(const Row& row, std::vector<RowFact>& facts) {
  constexpr std::string_view first = "requests@";
  for (const auto& [name, counter] : row.counters) {
    if (!name.starts_with(first)) continue;
    const std::string part = name.substr(first.size());
    std::vector<std::string> items = items_of(row, phrases_of_parts(), '@' + part);
    items.front().insert(0, part + ": ");
    facts.push_back({"part", std::move(items)});
  }
}

void add_statuses(const Row& row, std::vector<RowFact>& facts) {
  constexpr std::string_view prefix = "status_";
  std::vector<std::string> texts;
  for (const auto& [name, counter] : row.counters) {
    if (!name.starts_with(prefix)) continue;
    texts.push_back(fmt::format("{}: {}", name.substr(prefix.size()),
                                number_cell(counter.value, row.is_share)));
  }
  if (!texts.empty()) facts.push_back({"statuses", std::move(texts)});
}

}  // namespace

std::vector<RowFact> facts_of(const Row& row) {
  std::vector<RowFact> facts;
  for (const auto& [title, phrases] : groups_of_phrases()) {
    std::vector<std::string> items = items_of(row, phrases);
    if (!items.empty()) facts.push_back({title, std::move(items)});
  }
  // The one iteration of a search is many requests.
  if (row.kind != RowKind::search) {
    facts.push_back({"CPU", {time_cell(row.cpu, row.is_share) + " per request"}});
  }
  add_statuses(row, facts);
  add_parts(row, facts);
  return facts;
}

}  // namespace paceline::gbench::display
