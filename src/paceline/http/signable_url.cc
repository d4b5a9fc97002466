#include <fmt/format.h>
#include <paceline/http/signable_url.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::http {
namespace {

// The first versions that sign these parts of a URL as AWS does, of the versions that were tried:
// 7.88.1, 8.11.1, 8.12.1, 8.16.0 and 8.23.0.
constexpr unsigned signs_any_query = 0x080B01;
constexpr unsigned signs_escaped_path = 0x081000;

bool is_unreserved(char letter) {
  const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
  return is_letter || (letter >= '0' && letter <= '9') ||
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

bool is_canonical_query(std::string_view query) {
  std::vector<std::string_view> parameters;
  while (!query.empty()) {
    parameters.push_back(query.substr(0, query.find('&')));
    query.remove_prefix(std::min(parameters.back().size() + 1, query.size()));
  }
  return std::is_sorted(parameters.begin(), parameters.end()) &&
         std::all_of(parameters.begin(), parameters.end(), is_canonical_parameter);
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
  if (libcurl < signs_escaped_path && path.find('%') != std::string_view::npos) {
    return refuse("a URL with % in its path");
  }
  if (libcurl >= signs_any_query) return std::nullopt;
  if (!is_canonical_path(path)) {
    return refuse("a URL whose path has other characters than letters, digits and -._~/");
  }
  if (is_canonical_query(query)) return std::nullopt;
  return refuse(
      "a URL whose query is not sorted, or has a parameter that is not of the form name=value "
      "with characters other than letters, digits and -._~ as %XX");
}

}  // namespace paceline::http
