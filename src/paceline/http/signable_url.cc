#include <fmt/format.h>
#include <paceline/http/signable_url.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::http {
namespace {

// The first tried versions that sign these parts of a URL as AWS does. Tried: 7.88.1, 8.11.1,
// 8.12.1, 8.16.0 and 8.23.0.
constexpr unsigned signs_most_urls = 0x080B01;
constexpr unsigned signs_any_url = 0x081000;

using Parameters = std::vector<std::string_view>;

bool is_unreserved(char letter) {
  return text::is_alphanumeric(letter) ||
         std::string_view("-._~").find(letter) != std::string_view::npos;
}

bool is_canonical_path(std::string_view path) {
  return std::all_of(path.begin(), path.end(),
                     [](char letter) { return letter == '/' || is_unreserved(letter); });
}

/// Whether a parameter has the form name=value, with all other characters as %XX.
bool is_canonical_parameter(std::string_view parameter) {
  constexpr std::string_view hexadecimal = "0123456789ABCDEF";
  for (std::size_t i = 0; i < parameter.size(); ++i) {
    if (is_unreserved(parameter[i]) || parameter[i] == '=') continue;
    if (parameter[i] != '%' || i + 2 >= parameter.size() ||
        hexadecimal.find(parameter[i + 1]) == std::string_view::npos ||
        hexadecimal.find(parameter[i + 2]) == std::string_view::npos) {
      return false;
    }
    i += 2;
  }
  return std::count(parameter.begin(), parameter.end(), '=') == 1;
}

Parameters parameters_of(std::string_view query) {
  Parameters parameters;
  while (!query.empty()) {
    parameters.push_back(query.substr(0, query.find('&')));
    query.remove_prefix(std::min(parameters.back().size() + 1, query.size()));
  }
  return parameters;
}

std::string_view name_of(std::string_view parameter) {
  return parameter.substr(0, parameter.find('='));
}

/// Whether the parameters are as AWS signs them: sorted, and each with its value.
bool are_canonical(const Parameters& parameters) {
  return std::is_sorted(parameters.begin(), parameters.end()) &&
         std::all_of(parameters.begin(), parameters.end(), is_canonical_parameter);
}

/// Whether a name is the beginning of another. AWS sorts by name. libcurl sorts by the whole
/// parameter, where "=" is after a digit.
bool are_names_nested(const Parameters& parameters) {
  return std::any_of(parameters.begin(), parameters.end(), [&parameters](std::string_view one) {
    return std::any_of(parameters.begin(), parameters.end(), [one](std::string_view other) {
      return name_of(one) != name_of(other) && name_of(other).starts_with(name_of(one));
    });
  });
}

std::string version_text(unsigned libcurl) {
  return fmt::format("{}.{}.{}", libcurl >> 16U, (libcurl >> 8U) & 0xFFU, libcurl & 0xFFU);
}

}  // namespace

std::optional<Error> why_not_signable(std::string_view path, std::string_view query,
                                      unsigned libcurl) {
  const auto refuse = [libcurl](std::string_view what) {
    return Error{ErrorCode::not_signed,
                 fmt::format("libcurl {} cannot sign {}", version_text(libcurl), what)};
  };
  if (libcurl >= signs_any_url) return std::nullopt;
  if (path.find('%') != std::string_view::npos) return refuse("a URL with % in its path");
  const Parameters parameters = parameters_of(query);
  if (are_names_nested(parameters)) {
    return refuse("a URL whose query has a name that is the beginning of another name");
  }
  if (libcurl >= signs_most_urls) return std::nullopt;
  if (!is_canonical_path(path)) {
    return refuse("a URL whose path has other characters than letters, digits and -._~/");
  }
  if (are_canonical(parameters)) return std::nullopt;
  return refuse(
      "a URL whose query is not sorted, or has a parameter that is not of the form name=value "
      "with characters other than letters, digits and -._~ as %XX");
}

}  // namespace paceline::http
