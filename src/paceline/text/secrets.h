#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// Removes keys and passwords from text, also in part and in another encoding.
///
/// A piece of text is a secret's when it shares eight or more characters in a row with that secret,
/// regardless of case: as it is, in base64 (at any offset, both alphabets), in hexadecimal, or with
/// characters escaped as in URLs, JSON or HTML, nested up to three deep. Control characters within
/// a piece do not hide it. A masked secret, such as "sk-ab***yz", is one with three characters or
/// more of its ends. Secrets of four to seven characters are otherwise found whole and as they are;
/// shorter ones are not looked for.
///
/// Not thread-safe while secrets are added; afterwards any thread may search.
class Secrets {
 public:
  /// What stands in place of a removed piece.
  static constexpr std::string_view removed = "[removed]";

  void add(std::string_view secret);
  bool empty() const { return whole_.empty(); }

  /// `text` with each piece of a secret replaced. Escape sequences are removed whole, so that JSON
  /// stays JSON where a secret stands in one of its strings.
  std::string remove_from(std::string_view text) const;

 private:
  /// A character of the text as it reads once escapes are resolved, and where it stands.
  struct Character {
    char value;
    std::size_t begin;
    std::size_t end;
  };
  using Characters = std::vector<Character>;

  void add_grams(std::string_view form);
  /// A part of a text, and where it begins there.
  void mark_window(std::string_view text, std::size_t offset, std::vector<bool>& marks) const;
  bool has_gram(std::uint64_t gram) const;
  /// Marks the bytes that the found pieces stand in.
  void mark(const Characters& characters, std::vector<bool>& marks) const;
  void mark_short(std::string_view text, std::vector<bool>& marks) const;
  void mark_masked(std::string_view text, std::vector<bool>& marks) const;
  /// Resolves one level of escapes. False when there were none.
  static bool resolve_escapes(const Characters& from, Characters& to);

  /// Every eight characters in a row of each form of each secret, in lower case; sorted.
  std::vector<std::uint64_t> grams_;
  /// Which of the grams' hashes occur: most text is told from secrets by a look at this.
  std::bitset<1U << 16U> hashes_;
  std::vector<std::string> whole_;
};

}  // namespace paceline
