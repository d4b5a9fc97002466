#include <fmt/format.h>
#include <paceline/log/log_records.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace paceline::log {
namespace {

namespace dom = simdjson::dom;
using Differences = std::vector<std::string>;

/// The text of a short value; nothing for long values and hashes, which do not help a reader.
std::optional<std::string> shown(dom::element value) {
  constexpr std::size_t longest = 60;
  std::string text = simdjson::minify(value);
  if (value.is_object() || value.is_array() || text.size() > longest) return std::nullopt;
  if (text.starts_with("\"#")) return std::nullopt;
  return text;
}

using Found = std::optional<dom::element>;

Found find(dom::object object, std::string_view key) {
  dom::element value;
  if (object[key].get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::string differs(std::string_view key, Found then, Found now) {
  const auto before = then ? shown(*then) : "not set";
  const auto after = now ? shown(*now) : "not set";
  if (!before || !after) return fmt::format("{} differs", key);
  return fmt::format("{} was {} and is {}", key, *before, *after);
}

std::uint64_t number_of(dom::element object, const char* key) {
  std::uint64_t number = 0;
  return object[key].get(number) == simdjson::SUCCESS ? number : 0;
}

/// `then` and `now` are different hashes of lines (LineHashes).
std::string differing_lines(dom::element then, dom::element now) {
  const std::uint64_t before = number_of(then, "count");
  const std::uint64_t after = number_of(now, "count");
  if (before != after) return fmt::format("the file had {} lines and has {}", before, after);
  const std::uint64_t each = number_of(now, "each");
  dom::array hashes;
  if (now["hashes"].get(hashes) != simdjson::SUCCESS) return "the file's lines differ";
  std::uint64_t at = 0;
  for (const dom::element hash : hashes) {
    const auto old = then["hashes"].at(at);
    if (old.error() || simdjson::minify(old.value_unsafe()) != simdjson::minify(hash)) break;
    ++at;
  }
  const std::uint64_t first = at * each + 1;
  const std::uint64_t last = std::min((at + 1) * each, after);
  if (first >= last) return fmt::format("request {} of the file differs", first);
  return fmt::format("one of the requests {} to {} of the file differs", first, last);
}

/// Compares the keys of two JSON objects.
Differences workload_differences(const std::string& then, const std::string& now) {
  if (then == now) return {};
  dom::parser then_parser;
  dom::parser now_parser;
  dom::object before;
  dom::object after;
  if (then_parser.parse(then).get(before) || now_parser.parse(now).get(after)) {
    return {"the requests differ"};
  }
  Differences found;
  for (const auto [key, value] : after) {
    const Found old = find(before, key);
    if (old && simdjson::minify(*old) == simdjson::minify(value)) continue;
    found.push_back(old && key == "lines" ? differing_lines(*old, value)
                                          : differs(key, old, value));
  }
  for (const auto [key, value] : before) {
    if (!find(after, key)) found.push_back(differs(key, value, std::nullopt));
  }
  if (found.empty()) found.emplace_back("the order of the request's fields differs");
  return found;
}

std::string_view before_query(std::string_view url) {
  return url.substr(0, url.find('?'));
}

Differences url_differences(const std::string& then, const std::string& now) {
  if (then == now) return {};
  if (then.empty() || now.empty()) {
    return {"the URL is unknown, because an older paceline wrote the log"};
  }
  if (before_query(then) == before_query(now)) return {"the query of the URL differs"};
  return {fmt::format("the URL was {} and is {}", before_query(then), before_query(now))};
}

}  // namespace

std::vector<std::string> job_differences(const LoggedRun& then, const LoggedRun& now) {
  Differences found;
  if (then.name != now.name) {
    found.push_back(fmt::format("the workload was {} and is {}", then.name, now.name));
  }
  for (auto& difference : url_differences(then.url, now.url)) {
    found.push_back(std::move(difference));
  }
  // The workload names the model as well; report the difference once.
  const bool other_model = then.model != now.model;
  if (other_model) {
    found.push_back(fmt::format("the model was '{}' and is '{}'", then.model, now.model));
  }
  for (auto& difference : workload_differences(then.workload, now.workload)) {
    if (other_model && difference.starts_with("model ")) continue;
    found.push_back(std::move(difference));
  }
  return found;
}

bool same_job(const LoggedRun& one, const LoggedRun& other) {
  return one.name == other.name && one.url == other.url && one.model == other.model &&
         one.workload == other.workload;
}

}  // namespace paceline::log
