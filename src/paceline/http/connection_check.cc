#include <curl/curl.h>
#include <fmt/format.h>
#include <paceline/http/connection_check.h>
#include <paceline/http/source_addresses.h>
#include <paceline/http/unix_socket.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace paceline::http {
namespace {

Result<std::string> read_pem(const std::string& path) {
  std::error_code error;
  const bool is_file = std::filesystem::is_regular_file(path, error);
  if (error) {
    return fail(ErrorCode::client_certificate_unusable,
                fmt::format("{}: {}", path, error.message()));
  }
  // libcurl reads the file for each connection.
  if (!is_file) {
    return fail(ErrorCode::client_certificate_unusable,
                fmt::format("{} is not a regular file", path));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(ErrorCode::client_certificate_unusable, fmt::format("{} cannot be read", path));
  }
  constexpr std::size_t longest = 1U << 20U;
  std::string text(longest, '\0');
  file.read(text.data(), static_cast<std::streamsize>(longest));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

Result<void> check_client_certificate(const ConnectionOptions& options) {
  const auto has = [](std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
  };
  const auto lacks = [](const std::string& path, std::string_view what) {
    return fail(ErrorCode::client_certificate_unusable,
                fmt::format("{} contains no {} in PEM", path, what));
  };
  const auto certificate = read_pem(options.cert_file);
  if (!certificate) return tl::unexpected(certificate.error());
  if (!has(*certificate, "CERTIFICATE-----")) return lacks(options.cert_file, "certificate");
  const std::string& key_file = options.key_file.empty() ? options.cert_file : options.key_file;
  const auto key = read_pem(key_file);
  if (!key) return tl::unexpected(key.error());
  if (!has(*key, "PRIVATE KEY-----")) return lacks(key_file, "private key");
  if (!has(*key, "ENCRYPTED")) return {};
  return fail(ErrorCode::client_key_encrypted, fmt::format("the key in {} is encrypted", key_file));
}

Result<void> check_http_3(const ConnectionOptions& options) {
  if (options.transport == TransportKind::direct) {
    return fail(ErrorCode::not_carried, "the direct transport does not support HTTP/3");
  }
  const curl_version_info_data* libcurl = curl_version_info(CURLVERSION_NOW);
  if ((libcurl->features & CURL_VERSION_HTTP3) == 0) {
    return fail(ErrorCode::http3_missing,
                fmt::format("libcurl {} of this system has no HTTP/3", libcurl->version));
  }
  if (options.unix_socket.empty()) return {};
  return fail(ErrorCode::invalid_value, "HTTP/3 cannot use a Unix socket");
}

}  // namespace

Result<void> check_connection(const ConnectionOptions& options) {
  if (!options.unix_socket.empty()) {
    if (auto checked = check_socket_path(options.unix_socket); !checked) return checked;
    if (!options.interfaces.empty()) {
      return fail(ErrorCode::invalid_value,
                  "connections to a Unix socket leave from no network interface");
    }
  }
  if (auto checked = check_interfaces(options.interfaces); !checked) return checked;
  if (options.http == HttpVersion::three) {
    if (auto checked = check_http_3(options); !checked) return checked;
  }
  return options.cert_file.empty() ? Result<void>() : check_client_certificate(options);
}

}  // namespace paceline::http
