#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <paceline/text/numbers.h>
#include <paceline/text/result.h>
#include <paceline/text/strings.h>

namespace paceline::programs {

/// Adds a flag that takes a duration such as 250us, 50ms, 1.5s or 2m.
CLI::Option* add_duration_flag(CLI::App& app, const std::string& name,
                               std::chrono::nanoseconds& duration, const std::string& help);

/// A sentence that says why `text` is not a number from `lowest` to `highest`.
template <typename Number>
std::string why_no_number(std::string_view text, Number lowest, Number highest) {
  constexpr std::size_t enough = 40;
  return fmt::format("'{}' is not a {} from {} to {}", text::cut_utf8(text, enough),
                     std::is_integral_v<Number> ? "whole number" : "number", lowest, highest);
}

/// Adds a flag that takes one number of the type of `lowest`, from `lowest` to `highest`. CLI11
/// alone reads -1 as a very large number. `value` is a number or an optional number.
template <typename Value, typename Number>
CLI::Option* add_number_flag(CLI::App& app, const std::string& name, Value& value, Number lowest,
                             Number highest, const std::string& help) {
  const auto set = [&value, name, lowest, highest](const std::string& text) {
    const auto parsed = text::parse_number<Number>(text, lowest, highest);
    if (!parsed) throw CLI::ValidationError(name, why_no_number(text, lowest, highest));
    value = *parsed;
  };
  return app.add_option_function<std::string>(name, set, help)->type_name("N");
}

/// Adds a flag that takes a number of bytes, at least one: 1000000, 500MB or 1GiB.
void add_size_flag(CLI::App& app, const std::string& name, std::size_t& bytes,
                   const std::string& help);

/// Adds a flag that takes whole numbers from `lowest` to `highest`, separated by commas. With
/// `automatic`, the flag also takes the word "auto", which sets `automatic`.
void add_list_flag(CLI::App& app, const std::string& name, std::vector<std::int64_t>& values,
                   std::int64_t lowest, std::int64_t highest, const std::string& help,
                   bool* automatic = nullptr);

/// Adds a flag that takes one of the names of `choices`, and sets `value`.
template <typename Value>
CLI::Option* add_choice_flag(CLI::App& app, const std::string& name,
                             const std::map<std::string, Value>& choices, Value& value,
                             const std::string& help) {
  return app
      .add_option_function<std::string>(
          name, [&value, &choices](const std::string& text) { value = choices.at(text); }, help)
      ->check(CLI::IsMember(choices));
}

/// Reads a file with the body of a request, of at most 64 MiB. Errors: file_unreadable.
Result<std::string> read_body(const std::string& path);

/// A header's value that begins with this stands for an environment variable.
inline constexpr std::string_view environment_prefix = "env:";

/// Whether headers or fields of this name usually carry secrets.
bool is_for_secrets(std::string name);

/// Why one of these files does not exist; empty: all exist. `list`: separated by commas. A check of
/// a flag.
std::string missing_file(const std::string& list);

/// The items of a list.
std::vector<std::string> split_list(const std::string& text, char separator = ',');

}  // namespace paceline::programs
