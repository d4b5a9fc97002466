#include <curl/curl.h>
#include <fmt/format.h>
#include <paceline/http/authorities.h>
#include <paceline/http/libcurl.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>

namespace paceline::http {
namespace {

namespace fs = std::filesystem;

// The places of Debian, Ubuntu, Arch, Alpine and Gentoo; of Fedora and RHEL; of openSUSE; of
// others.
constexpr std::array<std::string_view, 6> usual_files{
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/var/lib/ca-certificates/ca-bundle.pem",
    "/etc/ssl/cert.pem"};
constexpr std::array<std::string_view, 2> usual_folders{"/etc/ssl/certs", "/etc/pki/tls/certs"};

bool has_content(const fs::path& file) {
  std::error_code error;
  return fs::is_regular_file(file, error) && fs::file_size(file, error) > 0 && !error;
}

/// Whether a folder has a name such as 0a775a30.0, by which TLS libraries find certificates. Other
/// names are not read.
bool has_hashes(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".0") return true;
  }
  return false;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// A path that is built into libcurl; empty: none.
std::string built_in(CURL* easy, CURLINFO which) {
  char* path = nullptr;
  if (easy == nullptr || curl_easy_getinfo(easy, which, &path) != CURLE_OK || path == nullptr) {
    return {};
  }
  return path;
}

std::string_view name_of(AuthoritySource source) {
  switch (source) {
    case AuthoritySource::options:
      return "given";
    case AuthoritySource::environment:
      return "SSL_CERT_FILE";
    case AuthoritySource::libcurl:
      return "libcurl's default";
    case AuthoritySource::system:
      return "found on this system";
    case AuthoritySource::fallback:
      return "PACELINE_CA_FALLBACK";
    case AuthoritySource::none:
      break;
  }
  return {};
}

}  // namespace

std::string Authorities::text() const {
  if (source == AuthoritySource::none) return "none found";
  return fmt::format("{} ({})", file.empty() ? folder : file, name_of(source));
}

Authorities find_authorities(const AuthorityPlaces& places) {
  if (!places.environment_file.empty()) {
    return {.file = places.environment_file, .source = AuthoritySource::environment};
  }
  if (has_content(places.libcurl_file)) {
    return {.file = places.libcurl_file, .source = AuthoritySource::libcurl};
  }
  for (const std::string_view file : usual_files) {
    if (const std::string path = places.root + std::string(file); has_content(path)) {
      return {.file = path, .source = AuthoritySource::system};
    }
  }
  if (has_hashes(places.libcurl_folder)) {
    return {.folder = places.libcurl_folder, .source = AuthoritySource::libcurl};
  }
  for (const std::string_view folder : usual_folders) {
    if (const std::string path = places.root + std::string(folder); has_hashes(path)) {
      return {.folder = path, .source = AuthoritySource::system};
    }
  }
  if (has_content(places.fallback_file)) {
    return {.file = places.fallback_file, .source = AuthoritySource::fallback};
  }
  return {};
}

Authorities authorities_of(const ConnectionOptions& options) {
  if (!options.ca_file.empty()) {
    return {.file = options.ca_file, .source = AuthoritySource::options};
  }
  init_libcurl();
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  return find_authorities({.environment_file = variable("SSL_CERT_FILE"),
                           .libcurl_file = built_in(easy.get(), CURLINFO_CAINFO),
                           .libcurl_folder = built_in(easy.get(), CURLINFO_CAPATH),
                           .fallback_file = variable("PACELINE_CA_FALLBACK")});
}

}  // namespace paceline::http
