#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tl/expected.hpp>

#include <endpoint/api_request.h>

// Images in prompts: their tokens, by OpenAI's rule of tiles. Only the headers of images are read.

namespace paceline::endpoint {

/// Width and height in pixels, both above 0.
struct ImageSize {
  std::uint32_t width;
  std::uint32_t height;
};

/// Whether the text is base64 (RFC 4648, section 4) and not empty; the padding may be missing.
bool is_base64(std::string_view text);

/// The width and height of a PNG or JPEG image in base64; nothing for other images.
/// Precondition: is_base64().
std::optional<ImageSize> size_of_image(std::string_view base64);

/// 85 tokens, and 170 for each tile of 512 x 512 pixels. The image is first scaled down to fit into
/// 2048 x 2048 pixels, and then so that its shorter side has 768 pixels or fewer.
std::size_t tokens_of_image(ImageSize size);
/// The tokens of an image in low detail.
inline constexpr std::size_t tokens_of_small_image = 85;
/// The tokens of an image whose size is unknown: those of one tile.
inline constexpr std::size_t tokens_of_unknown_image = 255;

/// An image in a part of a message.
struct ImagePart {
  std::size_t tokens;
  /// The image's URL, base64 or id.
  std::string_view source;
};

/// The image of a part of type "image_url" (chat), "input_image" (responses) or "image" (messages).
/// Nothing for other parts, and for parts without an image. An image by a URL of a server or by id
/// has an unknown size, since the endpoint fetches nothing. Error: an image that is broken.
tl::expected<std::optional<ImagePart>, ApiError> read_image(simdjson::dom::element part);

}  // namespace paceline::endpoint
