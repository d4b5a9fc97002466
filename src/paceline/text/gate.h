#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::text {

/// Removes keys and passwords from text, including parts of them and encoded forms.
///
/// Eight or more successive characters of a secret are found in any case: in plain text, in base64
/// (at any offset, both alphabets), in hexadecimal, and with characters escaped as in URLs, JSON or
/// HTML, nested up to three levels. Control characters within such a piece are ignored. A masked
/// secret, such as "sk-ab***yz", is found if three or more characters of its ends are visible.
/// Secrets of four to seven characters are otherwise found only whole and in plain text. Shorter
/// secrets are ignored.
///
/// Thread-safe once all secrets are added.
class Secrets {
 public:
  /// Replaces each piece that is removed.
  static constexpr std::string_view removed = "[removed]";

  void add(std::string_view secret);
  bool empty() const { return whole_.empty(); }

  /// `text` with each piece of a secret replaced. Escape sequences are removed whole, so JSON with
  /// a secret in a string stays valid.
  std::string remove_from(std::string_view text) const;

 private:
  /// A character of the text after escapes are resolved, and its place in the text.
  struct Character {
    char value;
    std::size_t begin;
    std::size_t end;
  };
  using Characters = std::vector<Character>;

  void add_grams(std::string_view form);
  /// Searches the part of a text that begins at `offset`.
  void mark_window(std::string_view text, std::size_t offset, std::vector<bool>& marks) const;
  bool has_gram(std::uint64_t gram) const;
  /// Marks the bytes of each piece that is found.
  void mark(const Characters& characters, std::vector<bool>& marks) const;
  void mark_short(std::string_view text, std::vector<bool>& marks) const;
  void mark_masked(std::string_view text, std::vector<bool>& marks) const;
  /// Resolves one level of escapes. False if there are none.
  static bool resolve_escapes(const Characters& from, Characters& to);

  /// All sequences of eight characters in each form of each secret, in lower case; sorted.
  std::vector<std::uint64_t> grams_;
  /// A Bloom filter of the sequences, which rejects most other text.
  std::bitset<1U << 16U> hashes_;
  std::vector<std::string> whole_;
};

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
