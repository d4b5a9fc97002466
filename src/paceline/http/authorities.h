#pragma once

#include <string>
#include <string_view>

#include <paceline/connection.h>

namespace paceline::http {

/// Where a choice of certificate authorities comes from.
enum class AuthoritySource {
  /// ConnectionOptions::ca_file.
  options,
  /// The environment variable SSL_CERT_FILE.
  environment,
  /// The path that is built into libcurl.
  libcurl,
  /// A usual place of a Linux distribution.
  system,
  /// The environment variable PACELINE_CA_FALLBACK.
  fallback,
  /// No place has authorities.
  none,
};

/// The certificate authorities that a client trusts. At most one of `file` and `folder` is set.
struct Authorities {
  /// A file with PEM certificates.
  std::string file{};
  /// A folder of certificates, whose names are hashes.
  std::string folder{};
  /// Where the choice comes from.
  AuthoritySource source = AuthoritySource::none;

  /// The path and its source for people to read. Contains text of the environment.
  std::string text() const;
};

/// The places where find_authorities() looks. An empty path is no place.
struct AuthorityPlaces {
  /// A file that is used even if the file does not exist, so that the error names it.
  std::string environment_file{};
  /// The file that is built into libcurl.
  std::string libcurl_file{};
  /// The folder that is built into libcurl.
  std::string libcurl_folder{};
  /// The file to use if the system has none.
  std::string fallback_file{};
  /// Precedes the usual places of distributions; empty except in tests.
  std::string root{};
};

/// The authorities of the first place that has any.
Authorities find_authorities(const AuthorityPlaces& places);

/// The authorities that connections with these options trust. Reads the environment and the file
/// system at each call.
Authorities authorities_of(const ConnectionOptions& options);

}  // namespace paceline::http
