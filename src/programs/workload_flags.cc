#include <programs/options.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>
#include <utility>

#include <paceline/http/host_addresses.h>
#include <paceline/http/target.h>
#include <paceline/plain_http.h>
#include <paceline/text/strings.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/batch_file.h>
#include <paceline/workload/file_lines.h>
#include <paceline/workload/mix.h>
#include <programs/flags.h>
#include <programs/help.h>

namespace paceline::programs {
namespace {

void check_workloads(const std::vector<std::string>& names) {
  const std::vector<std::string> known = known_workloads();
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw CLI::ValidationError(
          "--paceline_workload",
          fmt::format("there is no workload '{}'; choose from {}, or give a file of requests with "
                      "--paceline_batch",
                      name, fmt::join(known, ",")));
    }
  }
}

void add_template_flags(CLI::App& app, WorkloadFlags& flags) {
  app.add_option("--paceline_template", flags.template_file,
                 "File with the JSON body of template/post and template/stream, such as body.json. "
                 "Its strings may contain {n}, {nonce}, {prompt} and {model} [none]")
      ->type_name("FILE.json");
  app.add_option("--paceline_template_path", flags.post.path,
                 "Path of these requests under --paceline_url, such as /api/generate [none]")
      ->type_name("URL_PATH");
  app.add_option("--paceline_template_text", flags.post.text_pointer,
                 "JSON pointer to the text of their responses, or of each event of a stream, such "
                 "as /message/content [none]")
      ->type_name("POINTER");
  app.add_option("--paceline_template_in", flags.post.prompt_tokens_pointer,
                 "JSON pointer to the number of prompt tokens in their responses, such as "
                 "/usage/input [none]")
      ->type_name("POINTER");
  app.add_option("--paceline_template_out", flags.post.completion_tokens_pointer,
                 "JSON pointer to the number of completion tokens in their responses, such as "
                 "/usage/output [none]")
      ->type_name("POINTER");
}

using Made = Result<std::unique_ptr<Workload>>;

Made make_http(const WorkloadFlags& flags, const Servers& servers) {
  const Api& api = servers.apis.front();
  PlainHttp http{.url = servers.http_url, .headers = api.headers};
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
  return make_workload(std::move(http));
}

std::unique_ptr<Workload> make_replay(const workload::BatchReplay& replay, const Servers& servers) {
  std::vector<workload::MixTurn> turns;
  for (const Api& api : servers.apis) turns.emplace_back().push_back({make_workload(api, replay)});
  return workload::make_mix(std::move(turns));
}

/// Makes the first workload of a selection.
Result<SelectedWorkload> select(SelectedWorkload::Make make, const Servers& servers,
                                std::uint64_t size = 0) {
  auto first = make(servers);
  if (!first) return tl::unexpected(std::move(first.error()));
  return SelectedWorkload{.workload = std::move(*first), .make = std::move(make), .size = size};
}

Result<SelectedWorkload> select_replay(const WorkloadFlags& flags, const Options& options,
                                       const Servers& servers) {
  auto file = workload::BatchFile::open(flags.batch_file);
  if (!file) return tl::unexpected(file.error());
  const std::size_t size = (*file)->size();
  workload::BatchReplay replay{std::move(*file), options.log_responses, flags.is_batch_patched};
  return select([replay = std::move(replay)](
                    const Servers& some) -> Made { return make_replay(replay, some); },
                servers, size);
}

Result<void> check(const WorkloadFlags& flags, const std::vector<Api>& apis) {
  const TextGeneration& generation = flags.generation;
  const Api& api = apis.front();
  constexpr std::size_t most_parts = 250;
  if (apis.size() * std::max<std::size_t>(1, flags.models.size()) > most_parts) {
    return fail(
        ErrorCode::invalid_value,
        fmt::format("{} URLs with {} models are more than {} combinations; give fewer", apis.size(),
                    std::max<std::size_t>(1, flags.models.size()), most_parts));
  }
  if (flags.http_url.empty() && !flags.http_body_file.empty()) {
    return fail(ErrorCode::invalid_value,
                "--paceline_http_body needs --paceline_http_url, the URL to post it to");
  }
  if (!flags.template_file.empty() &&
      std::none_of(flags.workloads.begin(), flags.workloads.end(),
                   [](const std::string& name) { return name.starts_with("template/"); })) {
    return fail(ErrorCode::invalid_value,
                "--paceline_template needs --paceline_workload=template/post or template/stream");
  }
  if (flags.is_batch_patched && (flags.batch_file.empty() || api.body_patch.empty())) {
    return fail(
        ErrorCode::invalid_value,
        "--paceline_batch_body needs --paceline_batch and --paceline_body, which it merges");
  }
  if (generation.asks_chunk_usage && generation.asks_usage == false) {
    return fail(ErrorCode::invalid_value,
                "--paceline_chunk_usage needs the usage, which --paceline_stream_usage=off leaves "
                "out");
  }
  return check_prompt_flags(flags);
}

/// Fails for flags of connections that no request uses.
Result<void> check(const ConnectionOptions& connection, const std::vector<std::string>& urls) {
  const auto refuse = [](std::string why) {
    return fail(ErrorCode::invalid_value, std::move(why));
  };
  if (!connection.unix_socket.empty() && !connection.host_addresses.empty()) {
    return refuse(
        "--paceline_resolve has no effect with --paceline_unix_socket; leave out one of them");
  }
  for (const HostAddresses& host : connection.host_addresses) {
    if (std::any_of(urls.begin(), urls.end(),
                    [&host](const std::string& url) { return http::is_used(host, url); })) {
      continue;
    }
    return refuse(
        fmt::format("--paceline_resolve={}:{}:… has no effect, because no URL and no proxy "
                    "has this host and port; correct the flag",
                    host.host, host.port));
  }
  if (!connection.cert_file.empty() && std::none_of(urls.begin(), urls.end(), [](const auto& url) {
        return text::starts_with_ignoring_case(url, "https:");
      })) {
    return refuse(
        "--paceline_cert has no effect, because no URL begins with https; correct the URL, "
        "or leave out the flag");
  }
  return {};
}

/// The URLs of all requests, or their bases.
std::vector<std::string> urls_of(const WorkloadFlags& flags, const std::vector<Api>& apis) {
  std::vector<std::string> urls;
  urls.reserve(apis.size() + 1);
  for (const Api& api : apis) urls.push_back(api.url);
  if (!flags.http_url.empty()) urls.push_back(flags.http_url);
  return urls;
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
                     fmt::join(known_workloads(), ", ")))
      ->type_name("LIST");
  add_model_flag(app, flags.models);
  app.option_defaults()->group(prompt_group);
  add_prompt_flags(app, flags);
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
  add_template_flags(app, flags);
}

Result<void> SelectedWorkload::share(const Servers& servers) {
  while (static_cast<std::int64_t>(others.size()) + 1 < threads) {
    auto made = make(servers);
    if (!made) return tl::unexpected(std::move(made.error()));
    for (const Outcome& outcome : checked->adapted_to) (*made)->adapt(outcome);
    others.push_back(std::move(*made));
  }
  return {};
}

bool asks_api(const WorkloadFlags& flags) {
  return !flags.workloads.empty() || !flags.batch_file.empty() || flags.http_url.empty();
}

Result<std::vector<SelectedWorkload>> select_workloads(const WorkloadFlags& flags,
                                                       const Options& options,
                                                       const std::vector<Api>& apis) {
  if (auto checked = check(flags, apis); !checked)
    return tl::unexpected(std::move(checked.error()));
  if (auto checked = check(options.connection, urls_of(flags, apis)); !checked)
    return tl::unexpected(std::move(checked.error()));
  std::vector<SelectedWorkload> workloads;
  const Servers servers{apis, flags.http_url};
  std::vector<std::string> names = flags.workloads;
  const bool has_other =
      !flags.batch_file.empty() || (!flags.http_url.empty() && options.urls.empty());
  if (names.empty() && !has_other) names.push_back(known_workloads().front());
  if (names.empty() && flags.generation.prompt.prefix_groups.count > 1) {
    return fail(ErrorCode::invalid_value,
                "--paceline_prefix_groups makes prompts, but no workload sends them; leave out "
                "--paceline_prefix_groups, or add --paceline_workload=chat/complete");
  }
  workloads.reserve(names.size() + 2);
  // A file of conversations goes with no other workload.
  const auto& conversations = flags.sessions.conversations;
  const std::uint64_t size = conversations ? conversations->turns() : 0;
  for (const std::string& name : names) {
    auto named =
        select([&flags, &options,
                name](const Servers& some) { return make_named(name, flags, options, some.apis); },
               servers, size);
    if (!named) return tl::unexpected(std::move(named.error()));
    workloads.push_back(std::move(*named));
  }
  if (!flags.batch_file.empty()) {
    auto replay = select_replay(flags, options, servers);
    if (!replay) return tl::unexpected(std::move(replay.error()));
    workloads.push_back(std::move(*replay));
  }
  if (!flags.http_url.empty()) {
    auto http = select([&flags](const Servers& some) { return make_http(flags, some); }, servers);
    if (!http) return tl::unexpected(std::move(http.error()));
    workloads.push_back(std::move(*http));
  }
  return workloads;
}

}  // namespace paceline::programs
