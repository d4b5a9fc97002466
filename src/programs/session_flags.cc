#include <programs/session_flags.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <paceline/text/numbers.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/conversation_file.h>
#include <programs/agreement.h>
#include <programs/flags.h>
#include <programs/help.h>

namespace paceline::programs {
namespace {

tl::unexpected<Error> refused(std::string message) {
  return fail(ErrorCode::invalid_value, std::move(message));
}

/// Adds a flag that takes MEAN or MEAN:STDDEV. `parse` reads one of the two, or throws.
template <typename Value, typename Parse>
CLI::Option* add_spread_flag(CLI::App& app, const std::string& name, Value& mean, Value& stddev,
                             Parse parse, const std::string& help) {
  return app.add_option_function<std::string>(
      name,
      [&mean, &stddev, parse](const std::string& text) {
        const std::size_t colon = text.find(':');
        mean = parse(text.substr(0, colon));
        stddev = colon == std::string::npos ? Value{} : parse(text.substr(colon + 1));
      },
      help);
}

double turns_of(const std::string& text) {
  constexpr auto most = static_cast<double>(ChatSession::most_turns);
  const auto turns = text::parse_number<double>(text, 0.0, most);
  if (!turns) throw CLI::ValidationError("--paceline_turns", why_no_number(text, 0.0, most));
  return *turns;
}

std::chrono::nanoseconds think_time_of(const std::string& text) {
  const auto time = text::parse_duration(text);
  if (!time) throw CLI::ValidationError("--paceline_think_time", time.error().message);
  return *time;
}

bool is_given(const CLI::App& app, const std::string& name) {
  const CLI::Option* option = app.get_option_no_throw(name);
  return option != nullptr && option->count() > 0;
}

/// The flags of prompts, which a conversation from a file does not use.
constexpr std::array<const char*, 7> prompt_flags{
    "--paceline_turns", "--paceline_prompt",        "--paceline_synthetic", "--paceline_prompt_ids",
    "--paceline_nonce", "--paceline_shared_prefix", "--paceline_images"};
/// The flags of fields, which a request of the Batch form has already.
constexpr std::array<const char*, 11> field_flags{
    "--paceline_system",       "--paceline_model",           "--paceline_max_tokens",
    "--paceline_min_tokens",   "--paceline_ignore_eos",      "--paceline_max_tokens_field",
    "--paceline_stream_usage", "--paceline_chunk_usage",     "--paceline_temperature",
    "--paceline_tools",        "--paceline_response_format",
};

/// Checks the flags that a file of conversations of any form does not go with.
Result<void> check_conversations(const WorkloadFlags& flags) {
  const bool has_others = std::any_of(flags.workloads.begin(), flags.workloads.end(),
                                      [](const auto& name) { return name != session_workload; });
  if (has_others || !flags.batch_file.empty() || !flags.http_url.empty()) {
    return refused(
        fmt::format("--paceline_conversations goes with {} alone; leave out the other workloads",
                    session_workload));
  }
  for (const char* name : prompt_flags) {
    if (!is_given(*flags.sessions.app, name)) continue;
    return refused(
        fmt::format("--paceline_conversations has the turns and their texts; leave out {}", name));
  }
  return {};
}

/// Checks the flags that a file of requests does not go with.
Result<void> check_requests(const CLI::App& app) {
  for (const char* name : field_flags) {
    if (!is_given(app, name)) continue;
    return refused(
        fmt::format("the requests of --paceline_conversations have their own fields; leave out {}, "
                    "or merge fields with --paceline_body",
                    name));
  }
  return {};
}

void add_conversations_flag(CLI::App& app, SessionFlags& flags) {
  flags.app = &app;
  app.add_option(
         "--paceline_conversations", flags.conversations_file,
         "Sends the conversations of a file as sessions, such as conversations.jsonl: JSON lines "
         "with session_id and turns, ShareGPT's JSON, or requests in the OpenAI Batch format with "
         "a session_id. The server's own answers take the place of those in the file. Starts again "
         "at the end of the file [none]")
      ->type_name("FILE");
}

}  // namespace

void add_flags(CLI::App& app, SessionFlags& flags, GridFlags& grid) {
  app.option_defaults()->group(load_group);
  ChatSession& session = flags.session;
  const auto note = [&flags](CLI::Option* option) {
    flags.options.push_back(option);
    return option;
  };
  note(add_spread_flag(app, "--paceline_turns", session.turns, session.turns_stddev, turns_of,
                       "Turns of each session of chat/session: their mean, and with a colon their "
                       "standard deviation, such as 4 or 5:2.5. --paceline_requests counts turns "
                       "[4]"))
      ->type_name("MEAN[:STDDEV]");
  note(add_spread_flag(app, "--paceline_think_time", session.think_time, session.think_time_stddev,
                       think_time_of,
                       "Time from a response to the next turn of its session: the mean, and with a "
                       "colon the standard deviation, such as 2s or 10s:3s [0]"))
      ->type_name("MEAN[:STDDEV]");
  add_number_flag(app, "--paceline_users", grid.users, std::int64_t{1}, std::int64_t{1'000'000},
                  "Sessions at once, such as 100. Each user begins the next session a think time "
                  "after the last one has ended. --paceline_rpm becomes the highest rate, and "
                  "--paceline_parallel is as high as the number of users [sessions begin at "
                  "--paceline_rpm divided by the turns of a session]");
  note(app.add_option("--paceline_session_header", session.id_header,
                      "Name of the header with the session's identifier, such as "
                      "X-Conversation-ID [X-Session-ID]"))
      ->check([](const std::string& name) {
        const auto checked = workload::check_header(name + ": id");
        return checked ? std::string() : checked.error().message;
      })
      ->type_name("NAME");
  add_conversations_flag(app, flags);
}

Result<void> open_conversations(run::Ranks& ranks, WorkloadFlags& flags) {
  SessionFlags& sessions = flags.sessions;
  if (sessions.conversations_file.empty()) return {};
  if (auto checked = check_conversations(flags); !checked) return checked;
  auto file = agree(ranks, workload::ConversationFile::open(sessions.conversations_file));
  if (!file) return tl::unexpected(std::move(file.error()));
  auto same = check_same(ranks, "conversations", (*file)->hashes().json());
  if (!same) return same;
  if ((*file)->has_requests()) {
    if (auto checked = check_requests(*sessions.app); !checked) return checked;
  }
  sessions.conversations = std::move(*file);
  flags.workloads = {session_workload};
  if (!is_given(*sessions.app, "--paceline_system")) {
    flags.generation.prompt.system.clear();
  }
  return {};
}

Result<void> check(const WorkloadFlags& flags, const GridFlags& grid) {
  const auto is_session = [](const std::string& name) { return name == session_workload; };
  const bool has_sessions = std::any_of(flags.workloads.begin(), flags.workloads.end(), is_session);
  if (!has_sessions) {
    const auto given = std::find_if(flags.sessions.options.begin(), flags.sessions.options.end(),
                                    [](const CLI::Option* option) { return option->count() > 0; });
    if (given != flags.sessions.options.end() || grid.users > 0) {
      const std::string name = grid.users > 0 ? "--paceline_users" : (*given)->get_name();
      return refused(fmt::format("{} needs sessions; give --paceline_workload={} too", name,
                                 session_workload));
    }
    return {};
  }
  if (grid.users > 0 && !(std::all_of(flags.workloads.begin(), flags.workloads.end(), is_session) &&
                          flags.batch_file.empty() && flags.http_url.empty())) {
    return refused(fmt::format("--paceline_users goes with {} alone; leave out the other workloads",
                               session_workload));
  }
  if (grid.trace || !grid.stages.empty()) {
    return refused(fmt::format("{} has one rate; leave out --paceline_trace and --paceline_stages",
                               session_workload));
  }
  return {};
}

}  // namespace paceline::programs
