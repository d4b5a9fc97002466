#include <programs/help.h>

#include <curl/curl.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/http/authorities.h>
#include <paceline/text/gate.h>
#include <paceline/text/wrapped.h>
#include <paceline/version.h>
#include <paceline_version.h>

namespace paceline::programs {
namespace {

constexpr std::size_t columns = 80;
/// The column of descriptions; help2man needs 20.
constexpr std::size_t text_column = 20;
constexpr std::array<std::string_view, 6> group_order{
    measure_group, prompt_group, load_group, connection_group, results_group, endpoint_group};

/// Such as "-o, --out=FILE".
std::string spelling(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : option.get_snames()) names += fmt::format("-{}, ", name);
  for (const std::string& name : option.get_lnames()) names += fmt::format("--{}, ", name);
  names.resize(names.size() - 2);
  if (option.get_items_expected_max() == 0) return names;
  return names + '=' + placeholder_of(option);
}

std::size_t rank(const std::string& group) {
  const auto* place = std::find(group_order.begin(), group_order.end(), group);
  return place == group_order.end() ? 0 : static_cast<std::size_t>(place - group_order.begin()) + 1;
}

std::vector<const CLI::Option*> arguments_of(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

std::string layout(const CLI::App* app, const std::string& /*name*/, CLI::AppFormatMode /*mode*/) {
  return whole_help(*app, "");
}

}  // namespace

std::string flag_help(const std::string& flag, const std::string& description) {
  // On one line if the flag is short.
  const std::string text = text::wrapped(description, columns, text_column);
  if (2 + flag.size() + 2 > text_column) return fmt::format("  {}\n{}", flag, text);
  return fmt::format("  {:{}}", flag, text_column - 2) + text.substr(text_column);
}

std::string head_of_help(const CLI::App& app) {
  std::string text = fmt::format("Usage: {} [OPTION]...", app.get_name());
  for (const CLI::Option* argument : arguments_of(app)) {
    text += ' ' + argument->get_name(true);
    if (argument->get_items_expected_max() > 1) text += "...";
  }
  return text + "\n\n" + text::wrapped(app.get_description(), columns, 0);
}

std::string group_help(const CLI::App& app, const std::string& group) {
  const auto options = app.get_options([&group](const CLI::Option* option) {
    return option->get_group() == group && option->nonpositional();
  });
  if (group.empty() || options.empty()) return {};
  std::string text = fmt::format("\n{}:\n", group);
  for (const CLI::Option* option : options) {
    text += flag_help(spelling(*option), option->get_description());
  }
  return text;
}

std::string whole_help(const CLI::App& app, const std::string& more) {
  const auto arguments = arguments_of(app);
  std::string text = head_of_help(app);
  if (!arguments.empty()) text += '\n';
  for (const CLI::Option* argument : arguments) {
    text += flag_help(argument->get_name(true), argument->get_description());
  }
  std::vector<std::string> groups = app.get_groups();
  std::stable_sort(groups.begin(), groups.end(),
                   [](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  for (const std::string& group : groups) text += group_help(app, group);
  text += more;
  if (const std::string footer = app.get_footer(); !footer.empty()) text += '\n' + footer + '\n';
  return text;
}

std::string placeholder_of(const CLI::Option& option) {
  // CLI11 says "SHARE:FLOAT in [0 - 1]" and "TEXT:{even,poisson}".
  static const std::regex choices(R"(.*:\{(.*)\})");
  static const std::regex check(":(U?INT in|FLOAT in|POSITIVE|NONNEGATIVE|FILE$).*");
  std::string type = option.get_type_name();
  if (std::smatch found; std::regex_match(type, found, choices)) {
    type = found[1];
    std::replace(type.begin(), type.end(), ',', '|');
    return type;
  }
  return std::regex_replace(type, check, "");
}

void set_help_layout(CLI::App& app) {
  app.formatter_fn(layout);
}

std::string version_text(std::string_view program) {
  std::string text = fmt::format("{} {} ({})\n", program, version(), revision);
  for (const auto& [library, its_version] : gbench::library_versions()) {
    text += fmt::format("{} {}\n", library, its_version);
  }
  text += fmt::format("{}\n", curl_version_info(CURLVERSION_NOW)->ssl_version);
  return text + fmt::format("trusted authorities: {}\n",
                            text::Gate().shown(http::authorities_of({}).text()));
}

}  // namespace paceline::programs
