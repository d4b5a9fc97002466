#pragma once

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include <paceline/gbench/flags.h>

namespace paceline {

/// The value of `text`, if that is nothing but a number from `lowest` to `highest`. No "nan", no
/// "inf", no sign before an unsigned number, and no fraction of a whole one.
template <typename Number>
std::optional<Number> parse_number(std::string_view text, Number lowest, Number highest) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  // NaN compares false with both bounds.
  const bool is_number = error == std::errc() && stopped == end;
  if (!is_number || !(value >= lowest && value <= highest)) return std::nullopt;
  return value;
}

/// Adds a flag that takes one number, whole or decimal as its type is, from `lowest` to `highest`.
/// `value` is the number or an optional one.
template <typename Value, typename Number>
CLI::Option* add_number_flag(CLI::App& app, const std::string& name, Value& value, Number lowest,
                             Number highest, const std::string& help) {
  const auto set = [&value, name, lowest, highest](const std::string& text) {
    const auto parsed = parse_number<Number>(text, lowest, highest);
    if (!parsed) {
      throw CLI::ValidationError(
          name,
          fmt::format("'{}' is not a {} from {} to {}", text,
                      std::is_integral_v<Number> ? "whole number" : "number", lowest, highest));
    }
    value = *parsed;
  };
  return app.add_option_function<std::string>(name, set, help)->type_name("N");
}

}  // namespace paceline
