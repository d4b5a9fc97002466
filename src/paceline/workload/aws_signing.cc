#include <paceline/workload/aws_signing.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <paceline/http/target.h>

namespace paceline::workload {
namespace {

/// Both empty: not known.
struct Scope {
  std::string region{};
  std::string service{};
};

/// Splits at the last `separator`. Both empty if there is none.
std::pair<std::string_view, std::string_view> split_at_last(std::string_view text, char separator) {
  const std::size_t at = text.rfind(separator);
  if (at == std::string_view::npos) return {};
  return {text.substr(0, at), text.substr(at + 1)};
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
  });
}

bool is_region(std::string_view text) {
  return is_word(text) && text.find('-') != std::string_view::npos && text.back() >= '0' &&
         text.back() <= '9';
}

/// The scope of hosts such as SERVICE.REGION.amazonaws.com and part.SERVICE.REGION.amazonaws.com.
Scope scope_of_host(std::string_view host) {
  constexpr std::array<std::string_view, 3> domains{".amazonaws.com", ".amazonaws.com.cn",
                                                    ".api.aws"};
  const auto* domain = std::find_if(domains.begin(), domains.end(),
                                    [host](std::string_view end) { return host.ends_with(end); });
  if (domain == domains.end()) return {};
  host.remove_suffix(domain->size());
  const auto [names, region] = split_at_last(host, '.');
  std::string_view service = names.substr(names.rfind('.') + 1);
  constexpr std::string_view fips = "-fips";
  if (service.ends_with(fips)) service.remove_suffix(fips.size());
  if (!is_region(region) || !is_word(service)) return {};
  // The service's name in signatures is not the one in its hosts.
  if (service == "bedrock-runtime") service = "bedrock";
  if (service.starts_with("bedrock-")) return {};
  return {std::string(region), std::string(service)};
}

Result<Scope> scope_of(const Api& api) {
  if (!api.aws_scope.empty()) {
    if (auto checked = check_aws_scope(api.aws_scope); !checked) {
      return tl::unexpected(std::move(checked).error());
    }
    const auto [region, service] = split_at_last(api.aws_scope, ':');
    return Scope{std::string(region), std::string(service)};
  }
  const std::string host = http::host_of(api.url);
  Scope scope = scope_of_host(host.substr(0, host.find(':')));
  if (!scope.region.empty()) return scope;
  return fail(ErrorCode::aws_scope_unknown,
              fmt::format("the host {} does not say the region and the service of AWS", host));
}

}  // namespace

Result<void> check_aws_scope(std::string_view scope) {
  const auto [region, service] = split_at_last(scope, ':');
  if (is_word(region) && is_word(service)) return {};
  return fail(ErrorCode::invalid_value,
              fmt::format("'{}' is not REGION:SERVICE, such as us-east-1:bedrock", scope));
}

Result<std::shared_ptr<const AwsSigning>> aws_signing(const Api& api) {
  if (api.auth != Auth::aws_sigv4 || api.key.empty()) return nullptr;
  const std::size_t colon = api.key.find(':');
  if (colon == 0 || colon == std::string::npos || colon + 1 == api.key.size()) {
    return fail(ErrorCode::invalid_value, "the key does not have the form ACCESS_KEY_ID:SECRET");
  }
  auto scope = scope_of(api);
  if (!scope) return tl::unexpected(std::move(scope).error());
  return std::make_shared<const AwsSigning>(
      AwsSigning{api.key.substr(0, colon), api.key.substr(colon + 1), std::move(scope->region),
                 std::move(scope->service)});
}

}  // namespace paceline::workload
