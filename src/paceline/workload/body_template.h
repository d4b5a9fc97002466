#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/prompt.h>
#include <paceline/workload/item_shape.h>
#include <paceline/workload/png_image.h>

namespace paceline::workload {

/// What the placeholders of a body become.
struct Fillers {
  /// Describes the synthetic text, such as "synthetic 512".
  std::string text{};
  /// Describes the lengths of responses, such as "lognormal(128,p99=600)".
  std::string length{};
  /// Length of a document.
  std::size_t document_tokens = 0;
  TokenIds ids{};
  /// Tokens of each of ItemShape::blocks.
  std::size_t block_tokens = 0;
  /// Length of the prefix of a group.
  std::size_t prefix_tokens = 0;
  /// Describes the prefixes, such as "100x1000".
  std::string prefix{};
  /// nullptr: the body has no image.
  std::shared_ptr<const PngImage> image{};
};

/// A request's body with placeholders for the parts that differ between items. Placeholders are
/// noncharacters of Unicode, which may stand in JSON.
class BodyTemplate {
 public:
  /// Becomes the item's number.
  static constexpr std::string_view number = "\uFDD1";
  /// A JSON string of this placeholder alone becomes the item's number.
  static constexpr std::string_view bare_number = "\uFDD7";
  /// Becomes a nonce of fixed length, unique to the item and the run.
  static constexpr std::string_view nonce = "\uFDD2";
  /// Becomes the synthetic text of append_prompt().
  static constexpr std::string_view synthetic = "\uFDD3";
  /// Becomes synthetic text, different for each document of an item.
  static constexpr std::string_view document = "\uFDD4";
  /// Becomes an image in base64, different for each image of an item.
  static constexpr std::string_view image = "\uFDD5";
  /// A JSON string of this placeholder alone becomes an array of token ids: those of the prefix of
  /// the item's group, and those unique to the item.
  static constexpr std::string_view token_ids = "\uFDD6";
  /// A JSON string of this placeholder alone becomes the length of the response.
  static constexpr std::string_view length = "\uFDD8";
  /// Becomes the prefix of the item's group, which does not depend on the salt.
  static constexpr std::string_view prefix = "\uFDD9";

  /// `text` with U+FFFD in place of each placeholder. Pass all text of a user through it.
  static std::string without_placeholders(std::string_view text);

  BodyTemplate() = default;
  explicit BodyTemplate(std::string_view text, Fillers fillers = {});

  /// Replaces the content of `body` with the body of `item`, which has this shape. `salt` is the
  /// run's.
  void fill(std::uint64_t salt, std::uint64_t item, std::string& body,
            const ItemShape& shape = {}) const;

  /// The body with a name for each placeholder, such as {n}: equal for all items.
  std::string description() const;

 private:
  enum class Place { none, number, nonce, synthetic, document, image, token_ids, length, prefix };
  struct Placeholder {
    std::string_view text;
    Place place;
  };
  struct Piece {
    std::string text;
    /// The place that follows the text.
    Place place;
    /// Its number among the places of this kind.
    std::uint64_t index;
  };
  static const std::array<Placeholder, 9> placeholders;

  /// Where the next placeholder begins, and which one; text.size(): there is none.
  static std::pair<std::size_t, Place> find(std::string_view text, std::size_t from);
  void append(const Piece& piece, std::uint64_t salt, std::uint64_t item, std::string& body,
              const ItemShape& shape) const;

  std::vector<Piece> pieces_;
  std::uint64_t documents_ = 0;
  std::uint64_t images_ = 0;
  Fillers fillers_;
};

}  // namespace paceline::workload
