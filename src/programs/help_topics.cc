#include <programs/help_topics.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <span>

#include <paceline/text/strings.h>
#include <programs/arguments.h>
#include <programs/completion.h>
#include <programs/help.h>

namespace paceline::programs {
namespace {

struct Topic {
  std::string_view name;
  const char* group;
};

constexpr std::array topics{Topic{"measure", measure_group}, Topic{"prompts", prompt_group},
                            Topic{"rate", load_group},       Topic{"connection", connection_group},
                            Topic{"results", results_group}, Topic{"endpoint", endpoint_group}};
constexpr std::string_view suite_topic = "suite";
constexpr std::string_view benchmark_topic = "benchmark";
constexpr std::string_view whole_topic = "all";

/// The flags of the short help, with values that suit many users.
constexpr std::array usual_flags{
    OtherFlag{"--paceline_url", "https://api.openai.com/v1", "base URL of the API"},
    OtherFlag{"--paceline_model", "gpt-4o-mini", "model"},
    OtherFlag{"--paceline_workload", "chat/stream", "what to send"},
    OtherFlag{"--paceline_prompt", "'Translate: {n}'", "prompt; {n} is a number"},
    OtherFlag{"--paceline_rpm", "60,600", "requests per minute of each run"},
    OtherFlag{"--paceline_parallel", "100", "most requests in flight"},
    OtherFlag{"--paceline_duration", "30s", "length of each run"},
    OtherFlag{"--paceline_find_max", "'p99<2s,errors<1%'", "the highest rate within limits"},
    OtherFlag{"--paceline_log", "run.sqlite", "file with a row per request"},
    OtherFlag{"--benchmark_out", "run.json", "file of results"}};

bool is_of_paceline(const std::string& group) {
  return std::any_of(topics.begin(), topics.end(),
                     [&group](const Topic& topic) { return group == topic.group; });
}

/// The groups that a suite has added.
std::vector<std::string> groups_of_suite(const CLI::App& app) {
  std::vector<std::string> groups = app.get_groups();
  std::erase_if(groups, [&app](const std::string& group) {
    return is_of_paceline(group) || group_help(app, group).empty();
  });
  return groups;
}

/// Topics without a flag are left out: a suite of one's own has no flags for prompts.
std::vector<std::string_view> names_of_topics(const CLI::App& app) {
  std::vector<std::string_view> names;
  if (!groups_of_suite(app).empty()) names.push_back(suite_topic);
  for (const Topic& topic : topics) {
    if (!group_help(app, topic.group).empty()) names.push_back(topic.name);
  }
  names.push_back(benchmark_topic);
  names.push_back(whole_topic);
  return names;
}

std::string short_help(const CLI::App& app) {
  constexpr int flag_width = 44;
  std::string text = head_of_help(app) + '\n';
  const std::vector<std::string> known = names_of_flags(app);
  for (const OtherFlag& flag : usual_flags) {
    const bool is_known = flag.name.starts_with("--benchmark") ||
                          std::find(known.begin(), known.end(), flag.name) != known.end();
    if (!is_known) continue;
    text += fmt::format("  {:{}}{}\n", fmt::format("{}={}", flag.name, flag.value), flag_width,
                        flag.words);
  }
  return text + fmt::format(
                    "\nThe API key comes from the environment variable OPENAI_API_KEY.\n"
                    "More flags: --help=TOPIC. The topics are\n  {}.\n"
                    "Also: --version, --completion={}\n",
                    fmt::join(names_of_topics(app), ", "), completion_shells);
}

std::string flags_help(std::string_view title, std::span<const OtherFlag> flags) {
  std::string text = fmt::format("\n{}:\n", title);
  for (const OtherFlag& flag : flags) {
    text += flag_help(fmt::format("{}{}{}", flag.name, flag.value.empty() ? "" : "=", flag.value),
                      std::string(flag.words));
  }
  return text;
}

std::string benchmark_help() {
  return flags_help("Google Benchmark's own", flags_of_benchmark());
}

std::string general_help(const CLI::App& app) {
  const std::string choices = choices_of_help(app);
  return flags_help("General", printing_flags(choices));
}

std::string groups_help(const CLI::App& app, const std::vector<std::string>& groups) {
  std::string text;
  for (const std::string& group : groups) text += group_help(app, group);
  return text.substr(1);
}

}  // namespace

std::optional<std::string> help_topic(const std::vector<std::string>& arguments) {
  if (has_flag(arguments, "-h") || has_flag(arguments, "--help=true")) return "";
  return asked_value(arguments, "--help");
}

Result<std::string> help_text(const CLI::App& app, std::string_view topic) {
  if (topic.empty()) return short_help(app);
  const std::vector<std::string_view> names = names_of_topics(app);
  if (std::find(names.begin(), names.end(), topic) == names.end()) {
    constexpr std::size_t longest = 40;
    return fail(ErrorCode::invalid_value,
                fmt::format("--help has no topic '{}'; choose from {}",
                            text::cut_utf8(topic, longest), fmt::join(names, ", ")));
  }
  if (topic == whole_topic) return whole_help(app, benchmark_help() + general_help(app));
  if (topic == benchmark_topic) return benchmark_help().substr(1);
  if (topic == suite_topic) return groups_help(app, groups_of_suite(app));
  const auto* const known = std::find_if(topics.begin(), topics.end(),
                                         [topic](const Topic& one) { return one.name == topic; });
  return groups_help(app, {known->group});
}

std::string choices_of_help(const CLI::App& app) {
  return fmt::format("{}", fmt::join(names_of_topics(app), "|"));
}

std::vector<OtherFlag> printing_flags(std::string_view topics_of_help) {
  return {{"--help", topics_of_help,
           "Shows the flags of a topic. Without a topic, one screen with the flags that most users "
           "need"},
          {"--version", "", "Shows the versions of the program and of its libraries"},
          {"--completion", completion_shells,
           "Prints a script that completes the flags in this shell"}};
}

}  // namespace paceline::programs
