#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace paceline::http {

/// The value of Accept-Encoding that asks for every encoding that ContentDecoder decodes.
inline constexpr std::string_view known_encodings = "gzip, deflate, br";

/// Decodes a compressed body piece by piece. Some gateways compress even if they are not asked to.
/// Each piece is decoded as far as its bytes allow. Not thread-safe.
class ContentDecoder {
 public:
  enum class State {
    /// The decoder accepts more data.
    reading,
    /// on_body returned false.
    refused,
    /// The data does not match its Content-Encoding.
    broken,
  };
  /// Called with each decoded piece. False ends the decoding.
  using OnBody = std::function<bool(std::string_view piece)>;

  /// Whether a Content-Encoding leaves the body unchanged.
  static bool is_none(std::string_view encoding);
  /// nullptr for encodings other than gzip, deflate and br.
  static std::unique_ptr<ContentDecoder> make(std::string_view encoding);

  virtual ~ContentDecoder() = default;
  /// Decodes a piece. Precondition: no earlier call returned refused or broken.
  virtual State take(std::string_view piece, const OnBody& on_body) = 0;
  /// Whether the data is complete, or there was none.
  virtual bool is_whole() const = 0;
  /// Memory that the decoder holds, in bytes. The window of a br body takes up to 16 MiB.
  virtual std::size_t held() const = 0;
};

}  // namespace paceline::http
