#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <paceline/text/secrets.h>

namespace paceline {

/// The one way for text from outside (servers, files, the environment, libraries' error texts) to a
/// terminal, a label, a log or a file of results.
///
/// Any thread may use a gate once its secrets are added.
class Gate {
 public:
  /// In bytes, of one text that is shown.
  static constexpr std::size_t longest_shown = 1'000;

  /// Keys and passwords that no text may hold.
  void add_secret(std::string_view secret) { secrets_.add(secret); }
  /// The user and the password of a URL, where it has them. The URL need not be well-formed.
  void add_userinfo_of(std::string_view url);
  /// The passwords in the variables that name proxies.
  void add_proxies_of_environment();

  /// One line of valid UTF-8 for people: without secrets; line breaks and tabs as spaces, other
  /// control characters as U+FFFD; at most `longest` bytes, the last of which are "…" where the
  /// text was longer.
  std::string shown(std::string_view text, std::size_t longest = longest_shown) const;

  /// For text that is kept whole, such as a response in a log: without secrets, else as it is.
  std::string without_secrets(std::string_view text) const { return secrets_.remove_from(text); }

 private:
  Secrets secrets_;
};

/// A URL for people, without user and password, however malformed it is.
std::string_view without_userinfo(std::string_view url);

}  // namespace paceline
