#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <paceline/text/secrets.h>

namespace paceline::text {

/// The filter that all text from outside passes (text of servers, files, the environment and
/// libraries' errors) before it reaches a terminal, a label, a log or a file of results.
///
/// Thread-safe once all secrets are added.
class Gate {
 public:
  /// Maximum length of a shown text in bytes.
  static constexpr std::size_t longest_shown = 1'000;

  /// Adds a key or a password, which no text may contain.
  void add_secret(std::string_view secret) { secrets_.add(secret); }
  /// Adds the user and the password of a URL, if there are any. The URL may be malformed.
  void add_userinfo_of(std::string_view url);
  /// Adds users and passwords in the environment variables of proxies.
  void add_proxies_of_environment();

  /// The text as one line of valid UTF-8 for people, without secrets. Line breaks and tabs become
  /// spaces, other control characters U+FFFD. A text of more than `longest` bytes is truncated and
  /// ends with "…".
  std::string shown(std::string_view text, std::size_t longest = longest_shown) const;

  /// The whole text without secrets and otherwise unchanged, for a response in a log.
  std::string without_secrets(std::string_view text) const { return secrets_.remove_from(text); }

 private:
  Secrets secrets_;
};

/// A URL for people, without user and password. The URL may be malformed.
std::string_view without_userinfo(std::string_view url);

}  // namespace paceline::text
