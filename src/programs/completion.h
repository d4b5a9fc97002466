#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/text/result.h>
#include <programs/benchmark_flags.h>

namespace CLI {
class App;
}

namespace paceline::programs {

/// The shells, as the choices of --completion.
inline constexpr std::string_view completion_shells = "bash|zsh|fish";

/// The value of --completion=SHELL or --completion SHELL, "" for --completion alone; nothing
/// without that flag.
std::optional<std::string> completion_shell(const std::vector<std::string>& arguments);

/// A script that completes a program's flags and their values in a shell: bash, zsh or fish. A
/// program that takes files without a flag completes their names too. The script is made from the
/// app's flags; `more` are flags that the app does not have. Error:
/// invalid_value for another shell.
Result<std::string> completion_script(const CLI::App& app, std::span<const OtherFlag> more,
                                      std::string_view shell);

}  // namespace paceline::programs
