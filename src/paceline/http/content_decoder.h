#pragma once

#include <zlib.h>

#include <array>
#include <functional>
#include <memory>
#include <string_view>

namespace paceline::http {

/// Decodes a compressed body piece by piece. paceline asks for no compression, but some gateways
/// compress anyway.
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

  /// Whether a Content-Encoding leaves a body as it is.
  static bool is_none(std::string_view encoding);
  /// nullptr for encodings other than gzip and deflate.
  static std::unique_ptr<ContentDecoder> make(std::string_view encoding);

  explicit ContentDecoder(bool may_be_raw);
  ~ContentDecoder();
  ContentDecoder(const ContentDecoder&) = delete;
  ContentDecoder& operator=(const ContentDecoder&) = delete;

  State take(std::string_view piece, const OnBody& on_body);
  /// Whether the data is complete, or there was none.
  bool is_whole() const { return !has_begun_ || is_at_end_; }

 private:
  bool begin(unsigned char first);
  bool begin_next_member();

  /// "deflate" should have zlib's header but often lacks it.
  bool may_be_raw_;
  bool has_begun_ = false;
  bool is_at_end_ = false;
  bool is_open_ = false;
  z_stream stream_{};
  std::array<char, 16'384> decoded_;
};

}  // namespace paceline::http
