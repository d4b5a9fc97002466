#include <paceline/gbench/flags.h>

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <variant>

#include <paceline/pace/duration.h>
#include <paceline/text/utf8.h>

namespace paceline {
namespace {

/// The whole of `text` as a number from `lowest` to `highest`; nothing when it is none.
template <typename Number>
std::optional<Number> read_number(std::string_view text, Number lowest, Number highest) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  // "nan" is within no range.
  const bool is_within = value >= lowest && value <= highest;
  if (error != std::errc() || stopped != end || !is_within) return std::nullopt;
  return value;
}

/// How a message shows a value, however long.
std::string_view beginning_of(std::string_view value) {
  constexpr std::size_t enough = 40;
  return cut_utf8(value, enough);
}

}  // namespace

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> items;
  std::istringstream list(text);
  for (std::string item; std::getline(list, item, ',');) items.push_back(item);
  return items;
}

CLI::Validator whole_number(std::uint64_t lowest, std::uint64_t highest) {
  const auto check = [lowest, highest](const std::string& text) -> std::string {
    if (read_number(text, lowest, highest)) return {};
    return fmt::format("'{}' is not a whole number from {} to {}", beginning_of(text), lowest,
                       highest);
  };
  return {check, ""};
}

CLI::Validator decimal_number(double lowest, double highest) {
  const auto check = [lowest, highest](const std::string& text) -> std::string {
    if (read_number(text, lowest, highest)) return {};
    return fmt::format("'{}' is not a number from {} to {}", beginning_of(text), lowest, highest);
  };
  return {check, ""};
}

void add_duration_flag(CLI::App& app, const std::string& name, std::chrono::nanoseconds& duration,
                       const std::string& help) {
  app.add_option_function<std::string>(
         name,
         [&duration, name](const std::string& text) {
           const auto parsed = parse_duration(text);
           if (const auto* why = std::get_if<std::string>(&parsed)) {
             throw CLI::ValidationError(name, *why);
           }
           // Added to the clock's time, a longer one would not fit.
           constexpr std::chrono::hours longest{1'000};
           if (std::get<std::chrono::nanoseconds>(parsed) > longest) {
             throw CLI::ValidationError(
                 name, fmt::format("'{}' is too long: give at most {}h", text, longest.count()));
           }
           duration = std::get<std::chrono::nanoseconds>(parsed);
         },
         help)
      ->type_name("TIME");
}

void add_list_flag(CLI::App& app, const std::string& name, std::vector<std::int64_t>& values,
                   std::int64_t lowest, std::int64_t highest, const std::string& help,
                   bool* automatic) {
  app.add_option_function<std::string>(
         name,
         [&values, name, lowest, highest, automatic](const std::string& text) {
           values.clear();
           if (automatic != nullptr) {
             *automatic = text == "auto";
             if (*automatic) return;
           }
           for (const std::string& item : split_list(text)) {
             const auto value = read_number(item, lowest, highest);
             if (!value) {
               throw CLI::ValidationError(
                   name, fmt::format("'{}' is not a whole number from {} to {}", beginning_of(item),
                                     lowest, highest));
             }
             values.push_back(*value);
           }
           if (values.empty()) throw CLI::ValidationError(name, "give one number or more");
         },
         help)
      ->type_name("LIST");
}

}  // namespace paceline
