#include <programs/console_display.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include <paceline/gbench/display/run_blocks.h>
#include <paceline/gbench/display/run_table.h>
#include <paceline/text/strings.h>
#include <programs/arguments.h>
#include <programs/progress/terminal.h>

namespace paceline::programs {
namespace {

/// Whether colours are shown. --benchmark_color and its variable overrule the terminal.
bool shows_colour(const std::vector<std::string>& arguments) {
  const std::string asked = flag_value(arguments, "--benchmark_color=", "BENCHMARK_COLOR", "auto");
  if (asked == "auto") return progress::has_colour() && progress::can_clear(STDOUT_FILENO);
  constexpr std::array<std::string_view, 6> yes{"true", "yes", "on", "1", "t", "y"};
  return std::any_of(yes.begin(), yes.end(), [&asked](std::string_view word) {
    return text::equals_ignoring_case(asked, word);
  });
}

gbench::display::Style style_of(const std::vector<std::string>& arguments) {
  gbench::display::Style style;
  if (progress::is_terminal(STDOUT_FILENO)) style.width = progress::size_of(STDOUT_FILENO).width;
  style.has_colour = shows_colour(arguments);
  return style;
}

}  // namespace

std::string display_format(const std::vector<std::string>& arguments) {
  return flag_value(arguments, "--benchmark_format=", "BENCHMARK_FORMAT", "console");
}

std::shared_ptr<benchmark::BenchmarkReporter> make_console_display(
    ConsoleView view, const std::vector<std::string>& arguments, const gbench::Context& context) {
  if (view == ConsoleView::table || display_format(arguments) != "console") {
    // Google Benchmark keeps its reporter until the program ends.
    return {benchmark::CreateDefaultDisplayReporter(), [](benchmark::BenchmarkReporter*) {}};
  }
  const gbench::display::Style style = style_of(arguments);
  if (view == ConsoleView::full) {
    return std::make_shared<gbench::display::RunBlocks>(context, style);
  }
  return std::make_shared<gbench::display::RunTable>(context, style);
}

std::vector<std::string> colour_arguments() {
  if (progress::has_colour() || std::getenv("BENCHMARK_COLOR") != nullptr) return {};
  return {"--benchmark_color=false"};
}

}  // namespace paceline::programs
