#include <paceline/workload/body_template.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include <paceline/text/numbers.h>
#include <paceline/text/strings.h>
#include <paceline/workload/synthetic_text.h>

namespace paceline::workload {
namespace {

constexpr std::size_t placeholder_size = BodyTemplate::number.size();

/// Salts of parts that differ from each other in one item.
constexpr std::uint64_t salt_of_documents = 0x646f63;
constexpr std::uint64_t salt_of_images = 0x696d67;
constexpr std::uint64_t salt_of_ids = 0x696473;

/// Appends `count` ids, separated by commas.
void append_ids(std::uint64_t seed, std::size_t count, std::uint64_t vocabulary,
                std::string& body) {
  constexpr std::uint64_t most_special = 1000;
  const std::uint64_t first = std::min(most_special, vocabulary / 2);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) body += ',';
    text::append_number(first + mixed_bits(seed + i) % (vocabulary - first), body);
  }
}

}  // namespace

const std::array<BodyTemplate::Placeholder, 9> BodyTemplate::placeholders{
    {{number, Place::number},
     {bare_number, Place::number},
     {nonce, Place::nonce},
     {synthetic, Place::synthetic},
     {document, Place::document},
     {image, Place::image},
     {token_ids, Place::token_ids},
     {length, Place::length},
     {prefix, Place::prefix}}};

std::pair<std::size_t, BodyTemplate::Place> BodyTemplate::find(std::string_view text,
                                                               std::size_t from) {
  constexpr std::string_view beginning = number.substr(0, 2);
  for (std::size_t at = text.find(beginning, from); at != text.npos;
       at = text.find(beginning, at + 1)) {
    for (const Placeholder& known : placeholders) {
      if (text.substr(at, placeholder_size) == known.text) return {at, known.place};
    }
  }
  return {text.size(), Place::none};
}

std::string BodyTemplate::without_placeholders(std::string_view text) {
  std::string cleared(text);
  for (std::size_t at = find(cleared, 0).first; at < cleared.size(); at = find(cleared, at).first) {
    cleared.replace(at, placeholder_size, text::replacement_character);
  }
  return cleared;
}

BodyTemplate::BodyTemplate(std::string_view text, Fillers fillers) : fillers_(std::move(fillers)) {
  while (!text.empty()) {
    const auto [at, place] = find(text, 0);
    std::uint64_t index = 0;
    if (place == Place::document) index = documents_++;
    if (place == Place::image) index = images_++;
    pieces_.push_back({std::string(text.substr(0, at)), place, index});
    text.remove_prefix(std::min(at + placeholder_size, text.size()));
  }
}

void BodyTemplate::fill(std::uint64_t salt, std::uint64_t item, std::string& body,
                        const ItemShape& shape) const {
  body.clear();
  for (const Piece& piece : pieces_) {
    body += piece.text;
    if (piece.place != Place::none) append(piece, salt, item, body, shape);
  }
}

void BodyTemplate::append(const Piece& piece, std::uint64_t salt, std::uint64_t item,
                          std::string& body, const ItemShape& shape) const {
  const auto seed = [salt](std::uint64_t own_salt, std::uint64_t part) {
    return mixed_bits(mixed_bits(salt + own_salt) ^ part);
  };
  switch (piece.place) {
    case Place::number: {
      const fmt::format_int digits(item);
      body.append(digits.data(), digits.size());
      break;
    }
    case Place::nonce:
      fmt::format_to(std::back_inserter(body), "{:08x}-{:08x}", static_cast<std::uint32_t>(salt),
                     static_cast<std::uint32_t>(item));
      break;
    case Place::synthetic:
      append_prompt(salt, item, shape, fillers_.block_tokens, body);
      break;
    case Place::document:
      append_synthetic_text(salt + salt_of_documents, item * documents_ + piece.index,
                            fillers_.document_tokens, body);
      break;
    case Place::image:
      fillers_.image->append_base64(seed(salt_of_images, item * images_ + piece.index), body);
      break;
    case Place::token_ids:
      append_ids(mixed_bits(shape.group), fillers_.prefix_tokens, fillers_.ids.vocabulary, body);
      if (fillers_.prefix_tokens > 0) body += ',';
      append_ids(seed(salt_of_ids, item), fillers_.ids.count, fillers_.ids.vocabulary, body);
      break;
    case Place::length:
      text::append_number(shape.out, body);
      break;
    case Place::prefix:
      append_prefix(shape.group, fillers_.prefix_tokens, body);
      break;
    case Place::none:
      break;
  }
}

std::string BodyTemplate::description() const {
  const auto name_of = [this](Place place) -> std::string {
    switch (place) {
      case Place::number:
        return "{n}";
      case Place::nonce:
        return "{nonce}";
      case Place::synthetic:
        return fmt::format("{{{}}}", fillers_.text);
      case Place::document:
        return fmt::format("{{document {}}}", fillers_.document_tokens);
      case Place::image:
        return "{image}";
      case Place::token_ids:
        return fmt::format("{{ids {}+{} of {}}}", fillers_.prefix, fillers_.ids.count,
                           fillers_.ids.vocabulary);
      case Place::length:
        return fmt::format(R"("{{{}}}")", fillers_.length);
      case Place::prefix:
        return fmt::format("{{prefix {}}}", fillers_.prefix);
      case Place::none:
        break;
    }
    return "";
  };
  std::string text;
  for (const Piece& piece : pieces_) text += piece.text + name_of(piece.place);
  return text;
}

}  // namespace paceline::workload
