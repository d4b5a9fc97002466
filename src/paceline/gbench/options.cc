#include <paceline/gbench/options.h>

#include <paceline/pace/duration.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>
#include <string>
#include <system_error>
#include <variant>

namespace paceline {
namespace {

const std::map<std::string, Precision> precisions{
    {"timer", Precision::timer}, {"fine", Precision::fine}, {"spin", Precision::spin}};
const std::map<std::string, Arrivals> arrival_kinds{{"even", Arrivals::even},
                                                    {"poisson", Arrivals::poisson}};

/// Sets `value` from the name that was given; CLI::IsMember has refused any other.
template <typename Value>
CLI::Option* add_choice_flag(CLI::App& app, const std::string& name,
                             const std::map<std::string, Value>& choices, Value& value,
                             const std::string& help) {
  return app
      .add_option_function<std::string>(
          name, [&value, &choices](const std::string& text) { value = choices.at(text); }, help)
      ->check(CLI::IsMember(choices));
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> items;
  std::istringstream list(text);
  for (std::string item; std::getline(list, item, ',');) items.push_back(item);
  return items;
}

std::int64_t number(const std::string& flag, const std::string& text, std::int64_t lowest,
                    std::int64_t highest) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || value < lowest || value > highest) {
    throw CLI::ValidationError(
        flag, fmt::format("'{}' is not a whole number from {} to {}", text, lowest, highest));
  }
  return value;
}

void add_rows_flag(CLI::App& app, std::vector<std::string>& rows) {
  app.add_option_function<std::string>(
         "--paceline_rows",
         [&rows](const std::string& text) {
           rows = split(text);
           const std::vector<std::string> known = time_counters();
           for (const std::string& name : rows) {
             if (std::find(known.begin(), known.end(), name) == known.end()) {
               throw CLI::ValidationError(
                   "--paceline_rows",
                   fmt::format("there is no '{}'; choose of {}", name, fmt::join(known, ",")));
             }
           }
         },
         fmt::format("Counters that become rows in --benchmark_out, so that compare.py compares "
                     "them; empty: none [{}]",
                     fmt::join(rows, ",")))
      ->type_name("LIST");
}

}  // namespace

void add_duration_flag(CLI::App& app, const std::string& name, std::chrono::nanoseconds& duration,
                       const std::string& help) {
  app.add_option_function<std::string>(
         name,
         [&duration, name](const std::string& text) {
           const auto parsed = parse_duration(text);
           if (const auto* why = std::get_if<std::string>(&parsed)) {
             throw CLI::ValidationError(name, *why);
           }
           duration = std::get<std::chrono::nanoseconds>(parsed);
         },
         help)
      ->type_name("TIME");
}

std::string name_of(Precision precision) {
  const auto named = std::find_if(precisions.begin(), precisions.end(),
                                  [=](const auto& entry) { return entry.second == precision; });
  return named->first;
}

void add_list_flag(CLI::App& app, const std::string& name, std::vector<std::int64_t>& values,
                   std::int64_t lowest, std::int64_t highest, const std::string& help) {
  app.add_option_function<std::string>(
         name,
         [&values, name, lowest, highest](const std::string& text) {
           values.clear();
           for (const std::string& item : split(text)) {
             values.push_back(number(name, item, lowest, highest));
           }
         },
         help)
      ->type_name("LIST");
}

void add_flags(CLI::App& app, Options& options) {
  app.final_callback([&options] {
    if (options.timeout < std::chrono::milliseconds(1)) {
      throw CLI::ValidationError("--paceline_timeout", "a request needs at least 1ms");
    }
  });
  app.add_option("--paceline_url", options.url,
                 "Base URL of an OpenAI-compatible API, such as https://api.openai.com/v1 "
                 "[the embedded endpoint]")
      ->check(check_url)
      ->type_name("URL");
  app.add_option("--paceline_api_key_env", options.api_key_env,
                 "Environment variable that holds the API key [OPENAI_API_KEY]")
      ->type_name("NAME");
  add_choice_flag(app, "--paceline_arrivals", arrival_kinds, options.arrivals,
                  "How requests are spread: evenly, or at random as many users would [even]");
  app.add_option("--paceline_seed", options.seed, "Seed of random arrivals and latencies [1]");
  app.add_option("--paceline_warmup", options.warmup,
                 "Requests sent before the first counted one, at the same pace [0]")
      ->type_name("N");
  add_choice_flag(app, "--paceline_precision", precisions, options.precision,
                  "How to wait for a due time: timer (to 1 ms), fine (to some 50 us), spin (to "
                  "1 us, keeps a core busy) [fine]");
  add_duration_flag(app, "--paceline_timeout", options.timeout,
                    "Longest time for one request, from send to last byte [60s]");
  app.add_option("--paceline_ca", options.ca_file,
                 "PEM file with the certificates to trust instead of the system's")
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
  app.add_option("--paceline_max_error_ratio", options.max_error_ratio,
                 "Share of failed requests in a run above which the program exits with 1 [0.01]")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("SHARE");
  add_rows_flag(app, options.rows);
  add_flags(app, endpoint_prefix, options.endpoint);
}

std::string check_url(const std::string& url) {
  for (const std::string scheme : {"http://", "https://"}) {
    if (url.starts_with(scheme) && url.size() > scheme.size() && url[scheme.size()] != '/') {
      return {};
    }
  }
  return "'" + url + "' is not a URL: begin it with http:// or https:// and a host";
}

std::string host_of(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  const std::string host = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  return host.substr(host.rfind('@') + 1);
}

}  // namespace paceline
