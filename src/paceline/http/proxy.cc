#include <paceline/http/proxy.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace paceline {

bool environment_names_proxy() {
  constexpr std::array variables{"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                 "ALL_PROXY"};
  return std::any_of(variables.begin(), variables.end(), [](const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
  });
}

}  // namespace paceline
