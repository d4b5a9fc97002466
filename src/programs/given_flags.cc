#include <fmt/format.h>
#include <paceline/text/gate.h>
#include <paceline/text/strings.h>
#include <programs/flags.h>
#include <programs/given_flags.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace paceline::programs {
namespace {

constexpr std::string_view removed = text::Secrets::removed;

std::string shown_header(const std::string& line) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string name = line.substr(0, colon);
  const std::string_view value = text::without_spaces(
      std::string_view(line).substr(colon).substr(colon < line.size() ? 1 : 0));
  if (!is_for_secrets(name) || value.starts_with(environment_prefix)) return line;
  return fmt::format("{}: {}", name, removed);
}

/// Without the user; a query may hold a key.
std::string shown_url(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t query = std::min(url.find('?'), url.size());
  std::string shown = url.substr(0, host);
  shown += text::without_userinfo(std::string_view(url).substr(host, query - host));
  return query == url.size() ? shown : fmt::format("{}?{}", shown, removed);
}

void remove_secrets(nlohmann::ordered_json& value) {
  for (auto& [key, inner] : value.items()) {
    if (inner.is_structured()) {
      remove_secrets(inner);
    } else if (value.is_object() && inner.is_string() && is_for_secrets(key)) {
      inner = removed;
    }
  }
}

std::string shown_json(const std::string& text) {
  auto value = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!value.is_structured()) return text;
  remove_secrets(value);
  return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// What a value is shown as, by the placeholder of its flag in --help.
std::string shown_value(const CLI::Option& option, const std::string& value) {
  constexpr std::size_t longest = 300;
  const std::string type = option.get_type_name();
  std::string shown = value;
  if (type.starts_with("'NAME: VALUE'")) shown = shown_header(value);
  if (type.starts_with("URL")) shown = shown_url(value);
  if (type.starts_with("JSON")) shown = shown_json(value);
  if (shown.size() <= longest) return shown;
  return std::string(text::cut_utf8(shown, longest)) + "…";
}

/// A flag with its value, as a word of a shell. A value that is empty needs no quotes there.
std::string with_value(const std::string& name, const std::string& value) {
  return name + '=' + (value.empty() ? "" : text::shell_word(value));
}

}  // namespace

std::string given_flags(const CLI::App& app) {
  std::vector<std::string> given;
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() == 0 || !option->get_configurable() || option->get_lnames().empty()) {
      continue;
    }
    const std::string name = "--" + option->get_lnames().front();
    const bool is_switch = option->get_items_expected_max() == 0;
    for (const std::string& value : option->reduced_results()) {
      given.push_back(is_switch && value == "true" ? name
                                                   : with_value(name, shown_value(*option, value)));
    }
  }
  return fmt::format("{}", fmt::join(given, " "));
}

std::string given_benchmark_flags(const std::vector<std::string>& arguments) {
  std::vector<std::string> flags;
  for (const std::string& argument : arguments) {
    const bool is_of_output =
        argument.starts_with("--benchmark_out") || argument.starts_with("--benchmark_format");
    if (is_of_output) continue;
    const std::size_t equals = argument.find('=');
    flags.push_back(equals == std::string::npos
                        ? text::shell_word(argument)
                        : with_value(argument.substr(0, equals), argument.substr(equals + 1)));
  }
  return fmt::format("{}", fmt::join(flags, " "));
}

}  // namespace paceline::programs
