#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

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

/// The text of --version: the program's version, then a line for each library.
std::string version_text(std::string_view program);

}  // namespace paceline::programs
