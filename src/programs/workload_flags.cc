#include <programs/options.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include <paceline/http/target.h>
#include <paceline/plain_http.h>
#include <paceline/text_embedding.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/batch_file.h>
#include <paceline/workload/file_lines.h>
#include <paceline/workload/synthetic_text.h>
#include <programs/flags.h>
#include <programs/help.h>

namespace paceline::programs {
namespace {

constexpr std::array<std::string_view, 9> known_workloads{
    "chat/complete",      "chat/stream",        "completions/complete",
    "completions/stream", "responses/complete", "responses/stream",
    "messages/complete",  "messages/stream",    "embeddings/create"};
const std::map<std::string, ApiKind> text_apis{{"chat", ApiKind::chat},
                                               {"completions", ApiKind::completions},
                                               {"responses", ApiKind::responses},
                                               {"messages", ApiKind::messages}};
/// CLI11 alone would read -1 as a very large number.
const CLI::Range token_count(std::size_t{0}, std::size_t{10'000'000});
const std::map<std::string, LimitField> limit_fields{
    {"auto", LimitField::automatic},
    {"max_completion_tokens", LimitField::max_completion_tokens},
    {"max_tokens", LimitField::max_tokens}};
const std::map<std::string, std::optional<bool>> usage_choices{
    {"auto", std::nullopt}, {"on", true}, {"off", false}};
const std::map<std::string, Nonce> nonces{
    {"none", Nonce::none}, {"start", Nonce::start}, {"end", Nonce::end}};

void check_workloads(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (std::find(known_workloads.begin(), known_workloads.end(), name) == known_workloads.end()) {
      throw CLI::ValidationError(
          "--paceline_workload",
          fmt::format("there is no workload '{}'; choose from {}, or give a file of requests with "
                      "--paceline_batch",
                      name, fmt::join(known_workloads, ",")));
    }
  }
}

/// CLI::Range alone accepts nan.
std::string check_temperature(const std::string& text) {
  constexpr double highest = 2;
  double value = 0;
  if (CLI::detail::lexical_cast(text, value) && value >= 0 && value <= highest) return {};
  return fmt::format("'{}' is not a temperature; give a number from 0 to 2, such as 0.7", text);
}

void add_prompt_flags(CLI::App& app, WorkloadFlags& flags) {
  Prompt& prompt = flags.generation.prompt;
  app.add_option("--paceline_system", prompt.system,
                 "System message, such as 'Be brief.'; empty: none [an expert translator]");
  app.add_option("--paceline_prompt", prompt.text,
                 "User message, or text to embed, such as 'Tell me of {n}.' Each {n} becomes the "
                 "item's number [Translate: sentence #{n}: ...]");
  add_choice_flag(app, "--paceline_nonce", nonces, prompt.nonce,
                  "Where to insert a unique nonce that defeats caches: start (prefix caches too), "
                  "end or none [start]");
  app.add_option("--paceline_shared_prefix", prompt.shared_prefix_tokens,
                 "Starts every prompt with about this many tokens, the same in all runs, such as "
                 "1000. To measure hits of a prefix cache, use this flag [0]")
      ->check(token_count)
      ->type_name("TOKENS");
  app.add_option_function<std::string>(
         "--paceline_synthetic",
         [&flags](const std::string& text) {
           const auto parsed = workload::parse_synthetic(text);
           if (!parsed) {
             throw CLI::ValidationError("--paceline_synthetic", parsed.error().message);
           }
           flags.generation.prompt.synthetic_tokens = parsed->in;
           flags.generation.max_tokens = parsed->out;
         },
         "Synthetic prompts of about IN tokens, different for each request, with at most OUT "
         "tokens in the response, such as 512:128 [none]")
      ->type_name("IN:OUT");
}

void add_length_flags(CLI::App& app, TextGeneration& generation) {
  app.add_option(
         "--paceline_max_tokens", generation.max_tokens,
         "Most tokens in a response, such as 128 [not sent; the server decides. For messages "
         "1024]")
      ->check(token_count)
      ->type_name("N");
  app.add_option("--paceline_min_tokens", generation.min_tokens,
                 "Fewest tokens in a response, such as 128, for servers with this field, such as "
                 "vLLM [not sent]")
      ->check(token_count)
      ->type_name("N");
  add_choice_flag(app, "--paceline_max_tokens_field", limit_fields, generation.limit_field,
                  "Field of chat completions for --paceline_max_tokens: max_completion_tokens, "
                  "max_tokens, or auto (the former, unless the first response shows that the "
                  "server refuses or ignores it) [auto]");
  add_choice_flag(
      app, "--paceline_stream_usage", usage_choices, generation.asks_usage,
      "Whether chat/stream and completions/stream ask for the usage (stream_options): on, "
      "off, or auto (on, unless the first response shows that the server refuses the "
      "field) [auto]");
  app.add_flag("--paceline_ignore_eos{true}", generation.ignore_eos,
               "Makes responses as long as --paceline_max_tokens, for servers with this field, "
               "such as vLLM and llama.cpp");
}

Result<SelectedWorkload> make_http(const WorkloadFlags& flags, const Api& api) {
  PlainHttp http{.url = flags.http_url, .headers = api.headers};
  if (!flags.http_body_file.empty()) {
    auto body = read_body(flags.http_body_file);
    if (!body) return fail(body.error().code, "--paceline_http_body: " + body.error().message);
    http.method = Method::post;
    http.body = std::move(*body);
    if (!api.body_patch.empty()) {
      if (auto checked = workload::check_body_patch(http.body); !checked) {
        return fail(ErrorCode::invalid_value,
                    "--paceline_body is merged into --paceline_http_body, which is " +
                        checked.error().message);
      }
      http.body = workload::merged_text(std::move(http.body), api.body_patch);
    }
  }
  return SelectedWorkload{make_workload(std::move(http))};
}

Result<SelectedWorkload> make_replay(const WorkloadFlags& flags, const Options& options,
                                     const Api& api) {
  auto file = workload::BatchFile::open(flags.batch_file);
  if (!file) return tl::unexpected(file.error());
  workload::BatchReplay replay{std::move(*file), options.log_responses, flags.is_batch_patched};
  const std::size_t size = replay.file->size();
  return SelectedWorkload{make_workload(api, replay), size};
}

std::unique_ptr<Workload> make_named(const std::string& name, const WorkloadFlags& flags,
                                     const Options& options, const Api& api) {
  if (name.starts_with("embeddings/")) {
    TextEmbedding embeddings{.input = flags.generation.prompt};
    embeddings.input.system.clear();
    if (!flags.model.empty()) embeddings.model = flags.model;
    return make_workload(api, embeddings);
  }
  TextGeneration generation = flags.generation;
  generation.api = text_apis.at(name.substr(0, name.find('/')));
  generation.is_streamed = name.ends_with("/stream");
  generation.keeps_text = options.log_responses;
  if (generation.api == ApiKind::messages) generation.model = "claude-haiku-4-5";
  if (generation.api == ApiKind::completions) generation.model = "gpt-3.5-turbo-instruct";
  if (!flags.model.empty()) generation.model = flags.model;
  return make_workload(api, generation);
}

Result<void> check(const WorkloadFlags& flags, const Api& api) {
  const TextGeneration& generation = flags.generation;
  if (flags.http_url.empty() && !flags.http_body_file.empty()) {
    return fail(ErrorCode::invalid_value,
                "--paceline_http_body needs --paceline_http_url, the URL to post it to");
  }
  if (flags.is_batch_patched && (flags.batch_file.empty() || api.body_patch.empty())) {
    return fail(
        ErrorCode::invalid_value,
        "--paceline_batch_body needs --paceline_batch and --paceline_body, which it merges");
  }
  if (generation.max_tokens == 0 && (generation.ignore_eos || generation.min_tokens > 0)) {
    return fail(
        ErrorCode::invalid_value,
        "--paceline_ignore_eos and --paceline_min_tokens need --paceline_max_tokens, the length "
        "at which a response ends");
  }
  if (generation.min_tokens > generation.max_tokens) {
    return fail(ErrorCode::invalid_value,
                "--paceline_min_tokens is more than --paceline_max_tokens; lower it");
  }
  return {};
}

}  // namespace

void add_flags(CLI::App& app, WorkloadFlags& flags) {
  app.option_defaults()->group(measure_group);
  app.add_option_function<std::string>(
         "--paceline_workload",
         [&flags](const std::string& text) {
           flags.workloads = split_list(text);
           check_workloads(flags.workloads);
         },
         fmt::format("Workloads to measure, a comma-separated list such as "
                     "chat/complete,chat/stream; choose from {} [chat/complete]",
                     fmt::join(known_workloads, ", ")))
      ->type_name("LIST");
  app.add_option(
         "--paceline_model", flags.model,
         "Model, such as gpt-4o [gpt-4o-mini; completions: gpt-3.5-turbo-instruct; messages: "
         "claude-haiku-4-5; embeddings: text-embedding-3-small]")
      ->type_name("NAME");
  app.option_defaults()->group(prompt_group);
  add_prompt_flags(app, flags);
  add_length_flags(app, flags.generation);
  app.add_option("--paceline_temperature", flags.generation.temperature,
                 "Sampling temperature, from 0 to 2, such as 0.7 [not sent]")
      ->check(check_temperature)
      ->type_name("NUMBER");
  app.option_defaults()->group(measure_group);
  app.add_option(
         "--paceline_batch", flags.batch_file,
         "Measures the requests of a file in the OpenAI Batch input format, one per line, such as "
         "prompts.jsonl, as batch/replay. Starts again at the end of the file [none]")
      ->type_name("FILE.jsonl");
  app.add_flag("--paceline_batch_body{true}", flags.is_batch_patched,
               "Merges --paceline_body into the requests of --paceline_batch too");
  app.add_option("--paceline_http_url", flags.http_url,
                 "Measures plain requests to this URL, such as http://127.0.0.1:8080/, as "
                 "http/get, or as http/post with a body [none]")
      ->check([](const std::string& url) {
        const auto checked = http::check_url(url);
        return checked ? std::string() : checked.error().message;
      })
      ->type_name("URL");
  app.add_option(
         "--paceline_http_body", flags.http_body_file,
         "File with the body of http/post, sent as application/json, such as body.json [none]")
      ->type_name("FILE");
}

bool asks_api(const WorkloadFlags& flags) {
  return !flags.workloads.empty() || !flags.batch_file.empty() || flags.http_url.empty();
}

Result<std::vector<SelectedWorkload>> select_workloads(const WorkloadFlags& flags,
                                                       const Options& options, const Api& api) {
  if (auto checked = check(flags, api); !checked) return tl::unexpected(std::move(checked.error()));
  std::vector<SelectedWorkload> workloads;
  std::vector<std::string> names = flags.workloads;
  const bool has_other =
      !flags.batch_file.empty() || (!flags.http_url.empty() && options.url.empty());
  if (names.empty() && !has_other) names.emplace_back(known_workloads.front());
  workloads.reserve(names.size() + 2);
  for (const std::string& name : names) {
    workloads.push_back({make_named(name, flags, options, api)});
  }
  if (!flags.batch_file.empty()) {
    auto replay = make_replay(flags, options, api);
    if (!replay) return tl::unexpected(std::move(replay.error()));
    workloads.push_back(std::move(*replay));
  }
  if (!flags.http_url.empty()) {
    auto http = make_http(flags, api);
    if (!http) return tl::unexpected(std::move(http.error()));
    workloads.push_back(std::move(*http));
  }
  return workloads;
}

}  // namespace paceline::programs
