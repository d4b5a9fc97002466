#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::workload {

/// A request's body with placeholders for the parts that differ between items. Placeholders are
/// noncharacters of Unicode, which may stand in JSON.
class BodyTemplate {
 public:
  /// Becomes the item's number.
  static constexpr std::string_view number = "\uFDD1";
  /// Becomes a nonce of fixed length, unique to the item and the run, and a space.
  static constexpr std::string_view nonce = "\uFDD2";
  /// Becomes synthetic text, unique to the item.
  static constexpr std::string_view synthetic = "\uFDD3";

  /// `text` with U+FFFD in place of each placeholder. Pass all text of a user through it.
  static std::string without_placeholders(std::string_view text);

  BodyTemplate() = default;
  /// `synthetic_tokens`: length of the synthetic text.
  explicit BodyTemplate(std::string_view text, std::size_t synthetic_tokens = 0);

  /// Replaces the content of `body` with the body of `item`. `salt` is the run's.
  void fill(std::uint64_t salt, std::uint64_t item, std::string& body) const;

  /// The body with a name for each placeholder, such as {n}: equal for all items.
  std::string description() const;

 private:
  struct Piece {
    std::string text;
    /// The placeholder that follows the text; empty: none.
    std::string_view placeholder;
  };
  std::vector<Piece> pieces_;
  std::size_t synthetic_tokens_ = 0;
};

}  // namespace paceline::workload
