#include <paceline/gbench/flags.h>

#include <fmt/format.h>

#include <sstream>
#include <variant>

#include <paceline/pace/duration.h>

namespace paceline {

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> items;
  std::istringstream list(text);
  for (std::string item; std::getline(list, item, ',');) items.push_back(item);
  return items;
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
             const auto value = parse_number(item, lowest, highest);
             if (!value) throw CLI::ValidationError(name, why_no_number(item, lowest, highest));
             values.push_back(*value);
           }
           if (values.empty()) throw CLI::ValidationError(name, "give one number or more");
         },
         help)
      ->type_name("LIST");
}

}  // namespace paceline
