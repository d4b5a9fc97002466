#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace paceline::programs {

// The groups of --help. A flag added after `app.option_defaults()->group(…)` is in that group.
inline constexpr char measure_group[] = "What to measure";
inline constexpr char prompt_group[] = "Prompts and lengths";
inline constexpr char load_group[] = "Rate and load";
inline constexpr char connection_group[] = "Connection";
inline constexpr char results_group[] = "Results";
inline constexpr char endpoint_group[] = "The embedded endpoint";

/// Lays out the app's help in at most 80 columns. Each group's flags follow the group's name, and
/// each flag is above its description. A suite's own groups come first, then the groups in the
/// order above. help2man makes the manual page from the same text.
void set_help_layout(CLI::App& app);

/// The whole help of an app. `more` is a text between the last group and the app's footer.
std::string whole_help(const CLI::App& app, const std::string& more);

/// The first lines of an app's help: how to call the program, and its description.
std::string head_of_help(const CLI::App& app);

/// The flags of one group as the app's help shows them, after an empty line and the group's name;
/// empty if the group has no flag.
std::string group_help(const CLI::App& app, const std::string& group);

/// A flag and its description, as in a group of the help.
std::string flag_help(const std::string& flag, const std::string& description);

/// A flag's placeholder in the help: its choices as "even|poisson", or a word such as "FILE".
std::string placeholder_of(const CLI::Option& option);

/// The text of --version: the program's version, then a line for each library.
std::string version_text(std::string_view program);

}  // namespace paceline::programs
