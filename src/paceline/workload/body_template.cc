#include <paceline/workload/body_template.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include <paceline/text/strings.h>
#include <paceline/workload/synthetic_text.h>

namespace paceline::workload {

namespace {

constexpr std::array placeholders{BodyTemplate::number, BodyTemplate::nonce,
                                  BodyTemplate::synthetic};
/// The bytes that all placeholders begin with, and their length.
constexpr std::string_view beginning = "\xEF\xB7";
constexpr std::size_t length = BodyTemplate::number.size();

/// Where the next placeholder begins; text.size(): there is none.
std::size_t find_placeholder(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find(beginning, from); at != text.npos;
       at = text.find(beginning, at + 1)) {
    const auto* found =
        std::find(placeholders.begin(), placeholders.end(), text.substr(at, length));
    if (found != placeholders.end()) return at;
  }
  return text.size();
}

}  // namespace

std::string BodyTemplate::without_placeholders(std::string_view text) {
  std::string cleared(text);
  for (std::size_t at = find_placeholder(cleared, 0); at < cleared.size();
       at = find_placeholder(cleared, at)) {
    cleared.replace(at, length, text::replacement_character);
  }
  return cleared;
}

BodyTemplate::BodyTemplate(std::string_view text, std::size_t synthetic_tokens)
    : synthetic_tokens_(synthetic_tokens) {
  while (!text.empty()) {
    const std::size_t at = find_placeholder(text, 0);
    const std::string_view placeholder = text.substr(at, length);
    const auto* known = std::find(placeholders.begin(), placeholders.end(), placeholder);
    pieces_.push_back({std::string(text.substr(0, at)),
                       known == placeholders.end() ? std::string_view() : *known});
    text.remove_prefix(at + placeholder.size());
  }
}

void BodyTemplate::fill(std::uint64_t salt, std::uint64_t item, std::string& body) const {
  body.clear();
  for (const Piece& piece : pieces_) {
    body += piece.text;
    if (piece.placeholder == number) {
      const fmt::format_int digits(item);
      body.append(digits.data(), digits.size());
    } else if (piece.placeholder == nonce) {
      fmt::format_to(std::back_inserter(body), "{:08x}-{:08x} ", static_cast<std::uint32_t>(salt),
                     static_cast<std::uint32_t>(item));
    } else if (piece.placeholder == synthetic) {
      append_synthetic_text(salt, item, synthetic_tokens_, body);
    }
  }
}

std::string BodyTemplate::description() const {
  std::string text;
  for (const Piece& piece : pieces_) {
    text += piece.text;
    if (piece.placeholder == number) text += "{n}";
    if (piece.placeholder == nonce) text += "{nonce} ";
    if (piece.placeholder == synthetic) text += fmt::format("{{synthetic {}}}", synthetic_tokens_);
  }
  return text;
}

}  // namespace paceline::workload
