#include <programs/options.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <paceline/gbench/objective.h>
#include <paceline/http/target.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/aws_signing.h>
#include <programs/cancel_flag.h>
#include <programs/flags.h>
#include <programs/help.h>

namespace paceline::programs {
namespace {

const std::map<std::string, Precision> precisions{
    {"timer", Precision::timer}, {"fine", Precision::fine}, {"spin", Precision::spin}};
/// The burstiness of gamma is the default of --paceline_burstiness.
const std::map<std::string, Arrivals> arrival_kinds{
    {"constant", constant_arrivals}, {"poisson", poisson_arrivals}, {"gamma", {2}}};

const std::map<std::string, run::SharedClock> clocks{{"measured", run::SharedClock::measured},
                                                     {"realtime", run::SharedClock::realtime}};
const std::map<std::string, Auth> auth_kinds{
    {"auto", Auth::automatic},  {"bearer", Auth::bearer},
    {"api-key", Auth::api_key}, {"x-api-key", Auth::x_api_key},
    {"basic", Auth::basic},     {"aws-sigv4", Auth::aws_sigv4},
    {"none", Auth::none}};
const std::map<std::string, ConsoleView> console_views{
    {"short", ConsoleView::line}, {"full", ConsoleView::full}, {"table", ConsoleView::table}};
const std::map<std::string, progress::ProgressMode> progress_modes{
    {"auto", progress::ProgressMode::automatic},
    {"on", progress::ProgressMode::on},
    {"screen", progress::ProgressMode::screen},
    {"off", progress::ProgressMode::off}};

const std::map<std::string, gbench::TimelineMode> timeline_modes{
    {"auto", gbench::TimelineMode::automatic},
    {"on", gbench::TimelineMode::on},
    {"off", gbench::TimelineMode::off}};

void add_objective_flag(CLI::App& app, std::optional<RequestObjective>& objective) {
  const std::string name = "--paceline_objective";
  app.add_option_function<std::string>(
         name,
         [&objective, name](const std::string& text) {
           const auto parsed = gbench::parse_request_objective(text);
           if (!parsed) throw CLI::ValidationError(name, parsed.error().message);
           objective = *parsed;
         },
         "Conditions that a request must meet to count as goodput: latency, due_latency, ttft or "
         "tpot below a time, such as latency<2s,ttft<500ms [none]")
      ->type_name("LIST");
}

void add_rows_flag(CLI::App& app, std::vector<std::string>& rows) {
  app.add_option_function<std::string>(
         "--paceline_rows",
         [&rows](const std::string& text) {
           rows = split_list(text);
           const std::vector<std::string> known = gbench::possible_rows();
           for (const std::string& name : rows) {
             if (std::find(known.begin(), known.end(), name) == known.end()) {
               throw CLI::ValidationError(
                   "--paceline_rows",
                   fmt::format("there is no '{}'; choose from {}", name, fmt::join(known, ",")));
             }
           }
         },
         fmt::format("Counters that become rows of --benchmark_out for compare.py, such as "
                     "p99,max; empty selects none [{}]",
                     fmt::join(rows, ", ")))
      ->type_name("LIST");
}

void add_by_flag(CLI::App& app, gbench::PartCounters& by) {
  const std::string name = "--paceline_by";
  app.add_option_function<std::string>(
         name,
         [&by, name](const std::string& text) {
           by = {};
           for (const std::string& kind : split_list(text)) {
             bool* chosen = kind == "model"    ? &by.model
                            : kind == "url"    ? &by.url
                            : kind == "status" ? &by.status
                                               : nullptr;
             if (chosen == nullptr) {
               throw CLI::ValidationError(
                   name, fmt::format("there is no '{}'; choose from model,url,status", kind));
             }
             *chosen = true;
           }
         },
         "Counters beside the totals: of each model, of each url, and the requests of each HTTP "
         "status; a comma-separated list such as model,url,status [none]")
      ->type_name("LIST");
}

void add_connection_flags(CLI::App& app, Options& options) {
  app.option_defaults()->group(connection_group);
  app.add_option("--paceline_url", options.urls,
                 "Base URL of an OpenAI-compatible API, such as https://api.openai.com/v1. Repeat "
                 "the flag for further servers, which take turns: request k goes to URL k modulo "
                 "their number [the embedded endpoint]")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->check([](const std::string& url) {
        const auto checked = http::check_base_url(url);
        return checked ? std::string() : checked.error().message;
      })
      ->type_name("URL");
  app.add_option("--paceline_api_key_env", options.api_key_env,
                 "Environment variable that holds the API key, such as MY_KEY [OPENAI_API_KEY]")
      ->type_name("NAME");
  add_choice_flag(app, "--paceline_auth", auth_kinds, options.auth,
                  "Header that carries the key: bearer (Authorization), api-key (Azure), x-api-key "
                  "(Anthropic), basic (for a key USER:PASSWORD), aws-sigv4 (a signature, for a key "
                  "ACCESS_KEY_ID:SECRET), none, or auto (x-api-key for messages, otherwise bearer) "
                  "[auto]");
  app.add_option("--paceline_aws", options.aws_scope,
                 "Region and service of AWS for which requests are signed, such as "
                 "us-east-1:bedrock [those in the host's name]")
      ->check([](const std::string& scope) {
        const auto checked = workload::check_aws_scope(scope);
        return checked ? std::string() : checked.error().message;
      })
      ->type_name("REGION:SERVICE");
  app.add_option("--paceline_header", options.headers,
                 "Header of every request, such as 'x-team: 7'. Repeat the flag for further "
                 "headers. The value env:NAME stands for the environment variable NAME and is "
                 "removed from all output [none]")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->check([](const std::string& line) {
        const auto checked = workload::check_header(line);
        return checked ? std::string() : checked.error().message;
      })
      ->type_name("'NAME: VALUE'");
  add_duration_flag(
      app, "--paceline_timeout", options.timeout,
      "Longest time for one request, from send to last byte, such as 500ms or 2m [60s]");
  add_flags(app, options.connection);
  add_duration_flag(app, "--paceline_dns_ttl", options.dns_ttl,
                    "Longest age of a host's addresses before the next lookup, such as 5s. A "
                    "failed connect starts a lookup at once [30s]");
}

void add_body_flag(CLI::App& app, std::string& patch) {
  app.option_defaults()->group(prompt_group);
  app.add_option_function<std::string>(
         "--paceline_body",
         [&patch](const std::string& text) {
           const std::string name = "--paceline_body";
           patch = text;
           if (text.starts_with('@')) {
             auto file = read_body(text.substr(1));
             if (!file) throw CLI::ValidationError(name, file.error().message);
             patch = std::move(*file);
           }
           const auto checked = workload::check_body_patch(patch);
           if (!checked) throw CLI::ValidationError(name, checked.error().message);
         },
         "JSON object, or @FILE with one, that is merged into the body of every request (RFC "
         "7396): a value replaces the field, and null removes the field, such as "
         R"('{"reasoning_effort":"low"}' [none])")
      ->type_name("JSON");
}

void add_load_flags(CLI::App& app, Options& options) {
  app.option_defaults()->group(load_group);
  const auto* arrivals = add_choice_flag(
      app, "--paceline_arrivals", arrival_kinds, options.arrivals,
      "Gaps between requests: constant, poisson for independent users, or gamma for more or less "
      "bursts (--paceline_burstiness) [constant]");
  add_number_flag(
      app, "--paceline_burstiness", options.arrivals.burstiness, 0.01, 20.0,
      "Coefficient of variation of the gaps of --paceline_arrivals=gamma: their standard "
      "deviation divided by their mean. Below 1 more even than poisson, above 1 burstier, such as "
      "3 [2]")
      ->check([arrivals](const std::string& /*text*/) {
        const bool are_gamma = !arrivals->empty() && arrivals->results().back() == "gamma";
        return are_gamma ? std::string() : "needs --paceline_arrivals=gamma";
      })
      ->type_name("CV");
  add_number_flag(app, "--paceline_seed", options.seed, std::uint64_t{0},
                  std::numeric_limits<std::uint64_t>::max(),
                  "Seed of random arrivals and latencies, and of --paceline_cancel, such as 7. The "
                  "same seed gives the same schedule [1]");
  add_number_flag(app, "--paceline_warmup", options.warmup, std::uint64_t{0},
                  std::uint64_t{1'000'000'000},
                  "Requests before the first counted request, at the same rate, such as 100 [0]");
  add_choice_flag(app, "--paceline_precision", precisions, options.precision,
                  "Precision of departures: timer (1 ms), fine (about 50 us) or spin (1 us, keeps "
                  "a core busy) [fine]");
  add_number_flag(app, "--paceline_tpm", options.tpm, std::uint64_t{0},
                  std::uint64_t{1'000'000'000'000},
                  "Token budget per minute, prompts and responses together, such as 2000000. "
                  "--paceline_rpm still applies [no limit]");
  add_number_flag(app, "--paceline_retries", options.retries, std::uint32_t{0},
                  std::uint32_t{1'000'000},
                  "Most retries of a request after 408, 409, 429, 5xx or a failed connection, such "
                  "as 5. Each retry takes a slot of the schedule [0]");
  add_duration_flag(app, "--paceline_max_backoff", options.max_backoff,
                    "Longest wait before a retry, such as 5m. If the server asks for a longer wait "
                    "(Retry-After), the request fails at once [60s]");
  add_cancel_flag(app, options.cancellation);
  add_duration_flag(app, "--paceline_wait", options.wait,
                    "Time to wait before the first run for a server that is starting (no "
                    "connection, 502, 503 or 504), such as 2m [0s]");
}

void add_result_flags(CLI::App& app, Options& options) {
  app.option_defaults()->group(results_group);
  add_number_flag(app, "--paceline_max_error_ratio", options.max_error_ratio, 0.0, 1.0,
                  "Share of failed requests per run, from 0 to 1, above which the program exits "
                  "with 1, such as 0.1 [0.01]")
      ->type_name("SHARE");
  app.add_option("--paceline_log", options.log_file,
                 "SQLite file for one row per request with times, status and tokens, such as "
                 "run.sqlite [none]")
      ->type_name("FILE");
  app.add_flag("--paceline_log_responses{true}", options.log_responses,
               "Stores the bodies of good responses in the log too");
  add_objective_flag(app, options.objective);
  add_choice_flag(app, "--paceline_console", console_views, options.console,
                  "What the console shows of each run: short (a line), full (a block with every "
                  "figure) or table (Google Benchmark's, with a column for each counter) [short]");
  add_choice_flag(app, "--paceline_progress", progress_modes, options.progress_mode,
                  "Live progress on stderr: auto (on a terminal), on (elsewhere too, one line per "
                  "10 s), screen (a live screen on a terminal; its keys stop the run or change the "
                  "rate by 10%) or off [auto]");
  add_by_flag(app, options.by);
  add_rows_flag(app, options.rows);
  add_choice_flag(app, "--paceline_timeline", timeline_modes, options.timeline,
                  "Whether the JSON of --benchmark_out has each run over time, in slices of a "
                  "second: auto (runs of more than 10 s), on (shorter runs too) or off [auto]");
}

}  // namespace

std::string name_of(Precision precision) {
  const auto named = std::find_if(precisions.begin(), precisions.end(),
                                  [=](const auto& entry) { return entry.second == precision; });
  return named->first;
}

void add_clock_flag(CLI::App& app, run::SharedClock& clock) {
  app.option_defaults()->group(load_group);
  add_choice_flag(
      app, "--paceline_clock", clocks, clock,
      "How the ranks agree on the time of a run's start: measured (by messages between "
      "their monotonic clocks) or realtime (by the time of day, where PTP or chrony keeps "
      "it equal on all machines) [measured]");
}

void add_flags(CLI::App& app, Options& options) {
  app.final_callback([&options] {
    if (options.log_responses && options.log_file.empty()) {
      throw CLI::ValidationError("--paceline_log_responses",
                                 "needs --paceline_log, the file that keeps them");
    }
    if (!options.aws_scope.empty() && options.auth != Auth::aws_sigv4) {
      throw CLI::ValidationError("--paceline_aws", "needs --paceline_auth=aws-sigv4");
    }
    if (options.timeout < std::chrono::milliseconds(1)) {
      throw CLI::ValidationError("--paceline_timeout", "a request needs at least 1ms");
    }
    if (options.cancellation && options.cancellation->after >= options.timeout) {
      throw CLI::ValidationError("--paceline_cancel",
                                 "needs a shorter time than --paceline_timeout, which ends the "
                                 "request before");
    }
    if (options.cancellation && options.endpoint.checks_sessions) {
      throw CLI::ValidationError("--paceline_endpoint_check_sessions",
                                 "expects the answers that --paceline_cancel leaves out; leave out "
                                 "one of the flags");
    }
  });
  add_body_flag(app, options.body_patch);
  add_connection_flags(app, options);
  add_load_flags(app, options);
  add_result_flags(app, options);
  app.option_defaults()->group(endpoint_group);
  add_flags(app, endpoint_prefix, options.endpoint);
}

}  // namespace paceline::programs
