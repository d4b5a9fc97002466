#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <paceline/api.h>
#include <paceline/chat_session.h>
#include <paceline/connection.h>
#include <paceline/endpoint.h>
#include <paceline/gbench/measure.h>
#include <paceline/gbench/part_counters.h>
#include <paceline/gbench/report.h>
#include <paceline/gbench/timelines.h>
#include <paceline/pace/schedule.h>
#include <paceline/run/ranks.h>
#include <paceline/run/run_stripe.h>
#include <paceline/template_post.h>
#include <paceline/text/result.h>
#include <paceline/text_generation.h>
#include <paceline/text_ranking.h>
#include <paceline/workload.h>
#include <paceline/workload/conversation_file.h>
#include <paceline/workload/trace.h>
#include <programs/console_display.h>
#include <programs/models.h>
#include <programs/progress/progress_display.h>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace paceline::programs {

/// Options of every program, for all of its runs.
struct Options {
  /// Of a program of several processes.
  run::SharedClock clock = run::SharedClock::measured;
  /// Base URLs of OpenAI-compatible APIs, which take turns; empty: the embedded endpoint.
  std::vector<std::string> urls;
  std::string api_key_env = "OPENAI_API_KEY";
  Auth auth = Auth::automatic;
  /// As in Api.
  std::string aws_scope;
  /// As given: a value "env:NAME" stands for the environment variable NAME.
  std::vector<std::string> headers;
  /// As in Api.
  std::string body_patch;
  Arrivals arrivals = constant_arrivals;
  std::uint64_t seed = 1;
  std::uint64_t warmup = 0;
  Precision precision = Precision::fine;
  std::chrono::nanoseconds timeout = std::chrono::seconds(60);
  /// Its timeout is not used; `timeout` above is.
  ConnectionOptions connection{};
  double max_error_ratio = 0.01;
  std::chrono::nanoseconds dns_ttl = std::chrono::seconds(30);
  /// Tokens per minute; 0: no token budget.
  std::uint64_t tpm = 0;
  std::uint32_t retries = 0;
  /// The longest wait before a retry.
  std::chrono::nanoseconds max_backoff = RunOptions{}.max_backoff;
  /// How long to wait, before the first run, for a server that is starting.
  std::chrono::nanoseconds wait{0};
  /// The objective that a request must meet to count as goodput.
  std::optional<RequestObjective> objective{};
  /// Shorter than `timeout`.
  std::optional<Cancellation> cancellation{};
  ConsoleView console = ConsoleView::line;
  progress::ProgressMode progress_mode = progress::ProgressMode::automatic;
  /// SQLite file for one row per request; empty: none.
  std::string log_file;
  /// Whether the log stores the text of responses.
  bool log_responses = false;

  /// Counters beside the totals.
  gbench::PartCounters by{};
  gbench::TimelineMode timeline = gbench::TimelineMode::automatic;
  /// Counters that become rows in the file, for compare.py; see PercentileRows.
  std::vector<std::string> rows = gbench::default_rows();
  /// Behaviour of the embedded endpoint.
  EndpointOptions endpoint{.latency = std::chrono::milliseconds(50)};
};

/// The prefix of the embedded endpoint's flags.
inline constexpr char endpoint_prefix[] = "--paceline_endpoint_";

/// The name of a precision as --paceline_precision takes it.
std::string name_of(Precision precision);

/// Adds the flags of these options.
void add_flags(CLI::App& app, Options& options);

/// Adds the flag of programs of several processes.
void add_clock_flag(CLI::App& app, run::SharedClock& clock);

/// Adds the flags of connections.
void add_flags(CLI::App& app, ConnectionOptions& connection);

/// Adds the flags of an endpoint's behaviour. Each name begins with `prefix`, such as
/// "--paceline_endpoint_". The values in `options` are the defaults that the help shows.
void add_flags(CLI::App& app, const std::string& prefix, EndpointOptions& options);

/// Checks whether the flags are compatible. The error names them.
Result<void> check_endpoint_flags(const EndpointOptions& options, const std::string& prefix);

/// Parameters of chat/session.
struct SessionFlags {
  /// Its generation is not used.
  ChatSession session;
  /// The flags that need chat/session.
  std::vector<const CLI::Option*> options;
  /// Tells which flags are given.
  const CLI::App* app = nullptr;
  /// Empty: none.
  std::string conversations_file;
  /// The sessions of that file; nullptr: sessions are drawn.
  std::shared_ptr<const workload::ConversationFile> conversations{};
};

/// The workloads that the command line selects.
struct WorkloadFlags {
  /// Any of those that --help lists, such as chat/stream.
  /// Empty: chat/complete, unless a URL or a file of requests is given.
  std::vector<std::string> workloads;
  /// Parameters of text generation, prompts included.
  TextGeneration generation;
  /// The trace with the lengths of prompts and responses; nullptr: there is no trace.
  std::shared_ptr<const workload::Trace> trace{};
  /// Empty: each workload's own.
  std::vector<ModelShare> models;
  std::string batch_file;
  /// Whether Options::body_patch is merged into the lines of the file too.
  bool is_batch_patched = false;
  std::string http_url;
  std::string http_body_file;
  /// JSON files of TextGeneration's tools and response_format; empty: none.
  std::string tools_file;
  std::string response_format_file;
  /// Documents of rerank/create.
  TextRanking ranking;
  /// Of template/post and template/stream.
  TemplatePost post;
  std::string template_file;
  SessionFlags sessions;
};

/// Where workloads send.
struct Servers {
  /// They take turns.
  std::vector<Api> apis;
  /// --paceline_http_url.
  std::string http_url;
};

/// A workload to measure.
struct SelectedWorkload {
  using Make = std::function<Result<std::unique_ptr<Workload>>(const Servers& servers)>;

  /// Of the first thread, or of the only one.
  std::unique_ptr<Workload> workload;
  /// Makes further ones, which differ from the first in their servers only.
  Make make{};
  /// The number of its requests; 0: unlimited.
  std::uint64_t size = 0;
  /// The items to send; empty: all, from 0 on.
  std::vector<std::uint64_t> items{};
  /// As in run::RunPlan.
  std::shared_ptr<const std::vector<log::LoggedResponse>> earlier_turns{};
  /// The most threads of a run.
  std::int64_t threads = 1;
  /// The result of the first requests, once they have been sent.
  std::optional<gbench::CheckedApi> checked{};
  /// Of the second thread and of further threads.
  std::vector<std::unique_ptr<Workload>> others{};

  /// Makes the workloads of all threads, adapted as the first one. Precondition: `checked` is set.
  Result<void> share(const Servers& servers);
  Workload& of_thread(std::size_t thread) { return thread == 0 ? *workload : *others[thread - 1]; }
};

/// Whether any workload sends to an OpenAI-compatible API, and not only to --paceline_http_url.
bool asks_api(const WorkloadFlags& flags);

/// Adds the flags of workloads.
void add_flags(CLI::App& app, WorkloadFlags& flags);

/// Adds the flags of prompts and of the requested responses, which add_flags() includes.
void add_prompt_flags(CLI::App& app, WorkloadFlags& flags);

/// Checks whether the flags of prompts and of lengths are compatible. The error names them.
Result<void> check_prompt_flags(const WorkloadFlags& flags);

/// The workload of this name: the APIs take turns, and the models have their shares at each. Error:
/// invalid_value, when the workload does not go with a flag or a file.
Result<std::unique_ptr<Workload>> make_named(const std::string& name, const WorkloadFlags& flags,
                                             const Options& options, const std::vector<Api>& apis);

/// The names that make_named() takes.
std::vector<std::string> known_workloads();

/// The workloads to measure; `apis` take turns. `flags` and `options` outlive them. An error says
/// which flags contradict each other, or what is wrong with a file.
Result<std::vector<SelectedWorkload>> select_workloads(const WorkloadFlags& flags,
                                                       const Options& options,
                                                       const std::vector<Api>& apis);

}  // namespace paceline::programs
