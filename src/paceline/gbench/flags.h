#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace paceline {

/// Adds a flag that takes a duration such as 250us, 50ms, 1.5s or 2m.
void add_duration_flag(CLI::App& app, const std::string& name, std::chrono::nanoseconds& duration,
                       const std::string& help);

/// Adds a flag that takes bytes, at least one: 1000000, 500MB or 1GiB.
void add_size_flag(CLI::App& app, const std::string& name, std::size_t& bytes,
                   const std::string& help);

/// Adds a flag that takes whole numbers from `lowest` to `highest`, with commas between them; or,
/// where `automatic` is given, the word "auto", which sets it.
void add_list_flag(CLI::App& app, const std::string& name, std::vector<std::int64_t>& values,
                   std::int64_t lowest, std::int64_t highest, const std::string& help,
                   bool* automatic = nullptr);

/// Sets `value` from the name that was given; CLI::IsMember has refused any other.
template <typename Value>
CLI::Option* add_choice_flag(CLI::App& app, const std::string& name,
                             const std::map<std::string, Value>& choices, Value& value,
                             const std::string& help) {
  return app
      .add_option_function<std::string>(
          name, [&value, &choices](const std::string& text) { value = choices.at(text); }, help)
      ->check(CLI::IsMember(choices));
}

/// The items of a comma-separated list.
std::vector<std::string> split_list(const std::string& text);

}  // namespace paceline
