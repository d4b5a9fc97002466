#include <paceline/text/gate.h>
#include <paceline/text/numbers.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace paceline::text {
namespace {

constexpr std::size_t gram_length = 8;
constexpr std::size_t shortest_secret = 4;
constexpr int deepest_escapes = 3;
// Bounds the memory of a search. The overlap has room for eight characters, each escaped three
// times.
constexpr std::size_t window = std::size_t{64} << 10U;
constexpr std::size_t overlap = 1024;

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::uint64_t gram_at(const char* text) {
  std::uint64_t gram = 0;
  std::memcpy(&gram, text, sizeof gram);
  return gram;
}

std::size_t hash_of(std::uint64_t gram) {
  return static_cast<std::size_t>((gram * 0x9e3779b97f4a7c15U) >> 48U);
}

/// The base64 characters that depend only on `secret` if `before` bytes precede it.
std::string base64_form(std::string_view secret, std::size_t before, std::string_view alphabet) {
  const std::string bytes = std::string(before, '\0') + std::string(secret);
  std::string form;
  for (std::size_t bit = 0; bit + 6 <= 8 * bytes.size(); bit += 6) {
    unsigned value = 0;
    for (std::size_t i = bit; i < bit + 6; ++i) {
      value = value << 1U | (static_cast<unsigned char>(bytes[i / 8]) >> (7 - i % 8) & 1U);
    }
    form += alphabet[value];
  }
  const std::size_t decided_by_others = before == 0 ? 0 : before + 1;
  return form.substr(std::min(decided_by_others, form.size()));
}

std::string hexadecimal_form(std::string_view secret) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string form;
  for (const char letter : secret) {
    const auto value = static_cast<unsigned char>(letter);
    form += digits[value >> 4U];
    form += digits[value & 15U];
  }
  return form;
}

/// The character that an escape represents, and the length of the escape.
struct Escape {
  char value;
  std::size_t length;
};

std::optional<char> character_of(std::string_view digits, int base) {
  // Secrets are ASCII. Any other character ends a piece.
  const auto value = parse_number(digits, 0U, 0x7FU, base);
  if (!value) return std::nullopt;
  return static_cast<char>(*value);
}

std::optional<Escape> fixed_escape(std::string_view text, std::string_view prefix,
                                   std::size_t digits) {
  if (!text.starts_with(prefix) || text.size() < prefix.size() + digits) return std::nullopt;
  const auto value = character_of(text.substr(prefix.size(), digits), 16);
  if (!value) return std::nullopt;
  return Escape{*value, prefix.size() + digits};
}

std::optional<Escape> html_escape(std::string_view text) {
  constexpr std::size_t longest = 10;
  const std::size_t end = text.substr(0, longest).find(';');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(1, end - 1);
  using Named = std::pair<std::string_view, char>;
  for (const auto& [known, value] : {Named{"amp", '&'}, Named{"lt", '<'}, Named{"gt", '>'},
                                     Named{"quot", '"'}, Named{"apos", '\''}}) {
    if (name == known) return Escape{value, end + 1};
  }
  if (!name.starts_with('#')) return std::nullopt;
  const bool is_hexadecimal = name.size() > 1 && lower(name[1]) == 'x';
  const auto value =
      is_hexadecimal ? character_of(name.substr(2), 16) : character_of(name.substr(1), 10);
  if (!value) return std::nullopt;
  return Escape{*value, end + 1};
}

/// Length of the longest end of `one` that is a beginning of `other`.
std::size_t overlap_of(std::string_view one, std::string_view other) {
  std::size_t length = std::min(one.size(), other.size());
  while (one.substr(one.size() - length) != other.substr(0, length)) --length;
  return length;
}

std::optional<Escape> escape_at_front(std::string_view text) {
  switch (text[0]) {
    case '%':
      return fixed_escape(text, "%", 2);
    case '&':
      return html_escape(text);
    case '\\': {
      if (const auto escape = fixed_escape(text, "\\u", 4)) return escape;
      if (const auto escape = fixed_escape(text, "\\x", 2)) return escape;
      constexpr std::string_view plain = "\\/\"'";
      if (text.size() > 1 && plain.find(text[1]) != std::string_view::npos) {
        return Escape{text[1], 2};
      }
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

void Secrets::add(std::string_view secret) {
  if (secret.size() < shortest_secret) return;
  whole_.emplace_back(secret);
  add_grams(secret);
  add_grams(hexadecimal_form(secret));
  for (const std::string_view last : {"+/", "-_"}) {
    const std::string alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + std::string(last);
    for (std::size_t before = 0; before < 3; ++before) {
      add_grams(base64_form(secret, before, alphabet));
    }
  }
  std::sort(grams_.begin(), grams_.end());
  grams_.erase(std::unique(grams_.begin(), grams_.end()), grams_.end());
}

void Secrets::add_grams(std::string_view form) {
  std::string text(form);
  std::transform(text.begin(), text.end(), text.begin(), lower);
  for (std::size_t i = 0; i + gram_length <= text.size(); ++i) {
    const std::uint64_t gram = gram_at(text.data() + i);
    grams_.push_back(gram);
    hashes_.set(hash_of(gram));
  }
}

bool Secrets::has_gram(std::uint64_t gram) const {
  return hashes_.test(hash_of(gram)) && std::binary_search(grams_.begin(), grams_.end(), gram);
}

std::string Secrets::remove_from(std::string_view text) const {
  if (empty()) return std::string(text);
  std::vector<bool> marks(text.size());
  for (std::size_t begin = 0; begin < text.size(); begin += window) {
    mark_window(text.substr(begin, window + overlap), begin, marks);
  }
  mark_short(text, marks);
  mark_masked(text, marks);
  std::string kept;
  kept.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!marks[i]) {
      kept += text[i];
    } else if (i == 0 || !marks[i - 1]) {
      kept += removed;
    }
  }
  return kept;
}

void Secrets::mark_window(std::string_view text, std::size_t offset,
                          std::vector<bool>& marks) const {
  Characters characters;
  characters.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    characters.push_back({text[i], offset + i, offset + i + 1});
  }
  mark(characters, marks);
  Characters resolved;
  for (int depth = 0; depth < deepest_escapes && resolve_escapes(characters, resolved); ++depth) {
    std::swap(characters, resolved);
    mark(characters, marks);
  }
}

void Secrets::mark(const Characters& characters, std::vector<bool>& marks) const {
  std::string text;
  std::vector<std::size_t> places;
  text.reserve(characters.size());
  places.reserve(characters.size());
  for (std::size_t i = 0; i < characters.size(); ++i) {
    if (is_control(characters[i].value)) continue;
    text += lower(characters[i].value);
    places.push_back(i);
  }
  for (std::size_t i = 0; i + gram_length <= text.size(); ++i) {
    if (!has_gram(gram_at(text.data() + i))) continue;
    const std::size_t begin = characters[places[i]].begin;
    const std::size_t end = characters[places[i + gram_length - 1]].end;
    std::fill(marks.begin() + static_cast<std::ptrdiff_t>(begin),
              marks.begin() + static_cast<std::ptrdiff_t>(end), true);
  }
}

void Secrets::mark_short(std::string_view text, std::vector<bool>& marks) const {
  for (const std::string& secret : whole_) {
    if (secret.size() >= gram_length) continue;
    for (std::size_t at = text.find(secret); at != std::string_view::npos;
         at = text.find(secret, at + 1)) {
      std::fill_n(marks.begin() + static_cast<std::ptrdiff_t>(at), secret.size(), true);
    }
  }
}

void Secrets::mark_masked(std::string_view text, std::vector<bool>& marks) const {
  constexpr std::string_view mask = "**";
  constexpr std::size_t fewest_shown = 3;
  for (std::size_t begin = text.find(mask); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_not_of('*', begin), text.size());
    for (const std::string& secret : whole_) {
      const std::size_t before = overlap_of(text.substr(0, begin), secret);
      const std::size_t after = overlap_of(secret, text.substr(end));
      if (before + after < fewest_shown) continue;
      std::fill_n(marks.begin() + static_cast<std::ptrdiff_t>(begin - before),
                  before + end - begin + after, true);
    }
    begin = text.find(mask, end);
  }
}

bool Secrets::resolve_escapes(const Characters& from, Characters& to) {
  std::string text;
  text.reserve(from.size());
  for (const Character& character : from) text += character.value;
  to.clear();
  bool found = false;
  for (std::size_t i = 0; i < from.size();) {
    const auto escape = escape_at_front(std::string_view(text).substr(i));
    if (!escape) {
      to.push_back(from[i++]);
      continue;
    }
    found = true;
    to.push_back({escape->value, from[i].begin, from[i + escape->length - 1].end});
    i += escape->length;
  }
  return found;
}

}  // namespace paceline::text
