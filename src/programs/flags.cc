#include <programs/flags.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <sstream>
#include <string_view>

#include <paceline/text/numbers.h>
#include <paceline/workload/file_lines.h>

namespace paceline::programs {
namespace {

/// 1 for no unit; 0 for an unknown one.
double bytes_of_unit(std::string unit) {
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  if (unit.empty() || unit == "b") return 1;
  constexpr std::string_view prefixes = "kmgt";
  const std::size_t power = prefixes.find(unit.front());
  if (power == std::string_view::npos) return 0;
  const std::string rest = unit.substr(1);
  if (rest == "ib") return std::pow(1024, power + 1);
  return rest.empty() || rest == "b" ? std::pow(1000, power + 1) : 0;
}

std::size_t parse_size(const std::string& flag, const std::string& text) {
  constexpr double most = 1e15;
  std::string_view unit = text;
  const auto number = text::take_decimal(unit);
  const double bytes = number.value_or(0) * bytes_of_unit(std::string(unit));
  if (!(bytes >= 1 && bytes <= most)) {
    throw CLI::ValidationError(
        flag, fmt::format("'{}' is no size; give bytes, such as 1000000, 500MB or 1GiB", text));
  }
  return static_cast<std::size_t>(bytes);
}

}  // namespace

Result<std::string> read_body(const std::string& path) {
  // Each request in flight holds the whole body.
  constexpr std::uint64_t longest_body = std::uint64_t{64} << 20U;
  const auto file = workload::RegularFile::open(path);
  if (!file) return tl::unexpected(file.error());
  if (file->size() > longest_body) {
    return fail(ErrorCode::file_unreadable,
                fmt::format("{}: has {} MiB, more than the 64 MiB of a body; name a smaller file",
                            path, (file->size() >> 20U) + 1));
  }
  std::string body(file->size(), '\0');
  const auto got = file->read(0, body.data(), body.size());
  if (!got) return tl::unexpected(got.error());
  body.resize(*got);
  return body;
}

bool is_for_secrets(std::string name) {
  constexpr std::array<std::string_view, 5> parts{"auth", "cookie", "pass", "secret", "token"};
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char letter) {
    return static_cast<char>(std::isalnum(letter) == 0 ? ' ' : std::tolower(letter));
  });
  const bool has_part = std::any_of(parts.begin(), parts.end(), [&name](std::string_view part) {
    return name.find(part) != std::string::npos;
  });
  // Names of products end with "key" too, but such a product has another word after its name.
  if (has_part || name.ends_with("key") || name.ends_with("keys")) return true;
  return fmt::format(" {} ", name).find(" key ") != std::string::npos;
}

std::string missing_file(const std::string& list) {
  if (list.empty()) return CLI::ExistingFile(list);
  for (const std::string& file : split_list(list)) {
    if (std::string why = CLI::ExistingFile(file); !why.empty()) return why;
  }
  return {};
}

std::vector<std::string> split_list(const std::string& text, char separator) {
  std::vector<std::string> items;
  std::istringstream list(text);
  for (std::string item; std::getline(list, item, separator);) items.push_back(item);
  return items;
}

CLI::Option* add_duration_flag(CLI::App& app, const std::string& name,
                               std::chrono::nanoseconds& duration, const std::string& help) {
  return app
      .add_option_function<std::string>(
          name,
          [&duration, name](const std::string& text) {
            const auto parsed = text::parse_duration(text);
            if (!parsed) throw CLI::ValidationError(name, parsed.error().message);
            // A longer duration overflows when it is added to the clock's time.
            constexpr std::chrono::hours longest{1'000};
            if (*parsed > longest) {
              throw CLI::ValidationError(
                  name, fmt::format("'{}' is too long: give at most {}h", text, longest.count()));
            }
            duration = *parsed;
          },
          help)
      ->type_name("TIME");
}

void add_size_flag(CLI::App& app, const std::string& name, std::size_t& bytes,
                   const std::string& help) {
  app.add_option_function<std::string>(
         name, [&bytes, name](const std::string& text) { bytes = parse_size(name, text); }, help)
      ->type_name("BYTES");
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
             const auto value = text::parse_number(item, lowest, highest);
             if (!value) throw CLI::ValidationError(name, why_no_number(item, lowest, highest));
             values.push_back(*value);
           }
           if (values.empty()) throw CLI::ValidationError(name, "give one number or more");
         },
         help)
      ->type_name("LIST");
}

}  // namespace paceline::programs
