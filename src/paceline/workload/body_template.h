#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// A request's JSON body with places for what differs from item to item. The places are marked by
/// control characters, which JSON text never holds.
class BodyTemplate {
 public:
  /// The item's number.
  static constexpr char number = '\x01';
  /// A text of fixed length that no other item of any run has, and a space.
  static constexpr char nonce = '\x02';
  /// Synthetic text of the item's own.
  static constexpr char synthetic = '\x03';

  BodyTemplate() = default;
  /// `synthetic_tokens`: the length of the synthetic text.
  explicit BodyTemplate(std::string_view text, std::size_t synthetic_tokens = 0);

  /// Puts the body of `item` into `body`, in place of what it held.
  void fill(std::uint64_t salt, std::uint64_t item, std::string& body) const;

  /// The body with a name for each place, such as {n}: what it asks of every item.
  std::string description() const;

 private:
  struct Piece {
    std::string text;
    /// What follows the text; 0: nothing.
    char place;
  };
  std::vector<Piece> pieces_;
  std::size_t synthetic_tokens_ = 0;
};

}  // namespace paceline
