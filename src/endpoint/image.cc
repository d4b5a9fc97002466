#include <endpoint/image.h>
#include <fmt/format.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

constexpr std::uint8_t no_digit = 64;

constexpr std::array<std::uint8_t, 256> base64_digits() {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> digits{};
  digits.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    digits[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}

std::uint32_t digit_of(char c) {
  static constexpr auto digits = base64_digits();
  return digits[static_cast<unsigned char>(c)];
}

std::string_view without_padding(std::string_view base64) {
  for (int i = 0; i < 2 && base64.ends_with('='); ++i) base64.remove_suffix(1);
  return base64;
}

/// Reads bytes of base64 at any place, without decoding the others. Bytes beyond the end are 0.
class Base64Bytes {
 public:
  explicit Base64Bytes(std::string_view base64) : digits_(without_padding(base64)) {}

  std::size_t size() const { return digits_.size() * 3 / 4; }
  std::uint32_t byte(std::size_t place) const {
    if (place >= size()) return 0;
    // A byte lies in two of the four digits of its group.
    const std::size_t first = place / 3 * 4 + place % 3;
    const std::uint32_t both = digit_of(digits_[first]) << 6U | digit_of(digits_[first + 1]);
    return both >> (4 - 2 * (place % 3)) & 0xffU;
  }
  /// A number of two bytes, the more significant one first.
  std::uint32_t pair(std::size_t place) const { return byte(place) << 8U | byte(place + 1); }
  bool begins_with(std::string_view bytes) const {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (byte(i) != static_cast<unsigned char>(bytes[i])) return false;
    }
    return true;
  }

 private:
  std::string_view digits_;
};

std::optional<ImageSize> size_or_nothing(std::uint32_t width, std::uint32_t height) {
  if (width == 0 || height == 0) return std::nullopt;
  return ImageSize{width, height};
}

// The first chunk of a PNG image, IHDR, begins at byte 8 with its length and type.
std::optional<ImageSize> png_size(const Base64Bytes& image) {
  constexpr std::size_t width = 16;
  constexpr std::size_t height = 20;
  return size_or_nothing(image.pair(width) << 16U | image.pair(width + 2),
                         image.pair(height) << 16U | image.pair(height + 2));
}

bool is_start_of_frame(std::uint32_t marker) {
  constexpr std::array<std::uint32_t, 3> others = {0xc4, 0xc8, 0xcc};
  return marker >= 0xc0 && marker <= 0xcf &&
         std::find(others.begin(), others.end(), marker) == others.end();
}

// A JPEG image is a sequence of segments: 0xff, a marker, and a length that includes itself.
std::optional<ImageSize> jpeg_size(const Base64Bytes& image) {
  std::size_t place = 2;
  while (place < image.size() && image.byte(place) == 0xff) {
    const std::uint32_t marker = image.byte(place + 1);
    if (marker == 0xff) {
      ++place;  // The bytes before a marker may be repeated.
    } else if (is_start_of_frame(marker)) {
      return size_or_nothing(image.pair(place + 7), image.pair(place + 5));
    } else {
      place += 2 + std::max(image.pair(place + 2), 2U);
    }
  }
  return std::nullopt;
}

ApiError invalid_url(std::string_view problem) {
  return {bad_request,
          fmt::format("Invalid 'image_url'. Expected a base64-encoded data URL with an image MIME "
                      "type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got {}.",
                      problem),
          "image_url", "invalid_value"};
}

ImagePart unknown_image(std::string_view source) {
  return {tokens_of_unknown_image, source};
}

tl::expected<std::optional<ImagePart>, ApiError> read_url(std::string_view url, bool is_small) {
  if (url.starts_with("http://") || url.starts_with("https://")) {
    ImagePart image = unknown_image(url);
    if (is_small) image.tokens = tokens_of_small_image;
    return image;
  }
  constexpr std::string_view scheme = "data:";
  constexpr std::string_view coding = ";base64";
  if (!text::equals_ignoring_case(url.substr(0, scheme.size()), scheme)) {
    return tl::unexpected(invalid_url("a URL of another kind"));
  }
  const auto comma = url.find(',');
  const auto head = url.substr(0, comma).substr(scheme.size());
  if (comma == std::string_view::npos || !text::ends_with_ignoring_case(head, coding)) {
    return tl::unexpected(invalid_url("a data URL without ';base64,'"));
  }
  constexpr std::string_view kind = "image/";
  if (!text::equals_ignoring_case(head.substr(0, kind.size()), kind)) {
    return tl::unexpected(invalid_url("another MIME type"));
  }
  const auto base64 = url.substr(comma + 1);
  if (base64.empty()) return tl::unexpected(invalid_url("empty base64-encoded bytes"));
  if (!is_base64(base64)) return tl::unexpected(invalid_url("an invalid base64-encoded value"));
  const auto size = size_of_image(base64);
  if (!size) {
    return tl::unexpected(
        ApiError{bad_request,
                 "You uploaded an unsupported image. Please make sure your image has one of the "
                 "following formats: ['png', 'jpeg'].",
                 "image_url", "invalid_image_format"});
  }
  return ImagePart{is_small ? tokens_of_small_image : tokens_of_image(*size), base64};
}

// The URL is a member of its own, or lies in an object together with the detail.
tl::expected<std::optional<ImagePart>, ApiError> read_openai_image(dom::element part) {
  std::string_view text;
  dom::element url = part;
  dom::element holder = part;
  if (part["image_url"].get(url) != simdjson::SUCCESS || url.is_null()) {
    if (part["file_id"].get(text) != simdjson::SUCCESS) return std::nullopt;
    return unknown_image(text);
  }
  if (url.is_object()) {
    holder = url;
    if (holder["url"].get(url) != simdjson::SUCCESS)
      return tl::unexpected(missing_parameter("url"));
  }
  std::string_view detail;
  const bool is_small = holder["detail"].get(detail) == simdjson::SUCCESS && detail == "low";
  if (url.get(text) != simdjson::SUCCESS) {
    return tl::unexpected(invalid_type("image_url", "a URL"));
  }
  return read_url(text, is_small);
}

tl::expected<std::optional<ImagePart>, ApiError> read_anthropic_image(dom::element part) {
  std::string_view type;
  std::string_view text;
  dom::element source;
  if (part["source"].get(source) != simdjson::SUCCESS) return std::nullopt;
  if (source["type"].get(type) != simdjson::SUCCESS || type != "base64") {
    if (source["url"].get(text) != simdjson::SUCCESS &&
        source["file_id"].get(text) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    return unknown_image(text);
  }
  if (source["data"].get(text) != simdjson::SUCCESS || text.empty()) {
    return tl::unexpected(ApiError{bad_request, "image.source.base64: image cannot be empty"});
  }
  if (!is_base64(text)) {
    return tl::unexpected(ApiError{bad_request, "image.source.base64: invalid base64 data"});
  }
  const auto size = size_of_image(text);
  if (!size) return tl::unexpected(ApiError{bad_request, "Could not process image"});
  return ImagePart{tokens_of_image(*size), text};
}

}  // namespace

bool is_base64(std::string_view text) {
  const auto digits = without_padding(text);
  // A single digit in the last group of four is too short for a byte.
  if (digits.empty() || digits.size() % 4 == 1) return false;
  return std::all_of(digits.begin(), digits.end(), [](char c) { return digit_of(c) != no_digit; });
}

std::optional<ImageSize> size_of_image(std::string_view base64) {
  const Base64Bytes image(base64);
  using std::string_view_literals::operator""sv;
  if (image.begins_with("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"sv)) return png_size(image);
  if (image.begins_with("\xff\xd8\xff"sv)) return jpeg_size(image);
  return std::nullopt;
}

std::size_t tokens_of_image(ImageSize size) {
  constexpr double longest_side = 2048;
  constexpr double shortest_side = 768;
  constexpr double tile = 512;
  const double width = size.width;
  const double height = size.height;
  double scale = std::min(1.0, longest_side / std::max(width, height));
  scale = std::min(scale, shortest_side / std::min(width, height));
  // Whole pixels, so that rounding adds no tile.
  const auto tiles = [scale](double pixels) {
    return static_cast<std::size_t>(std::ceil(std::max(1.0, std::round(pixels * scale)) / tile));
  };
  constexpr std::size_t tokens_of_tile = 170;
  return tokens_of_small_image + tokens_of_tile * tiles(width) * tiles(height);
}

tl::expected<std::optional<ImagePart>, ApiError> read_image(dom::element part) {
  std::string_view type;
  if (part["type"].get(type) != simdjson::SUCCESS) return std::nullopt;
  if (type == "image_url" || type == "input_image") return read_openai_image(part);
  if (type == "image") return read_anthropic_image(part);
  return std::nullopt;
}

}  // namespace paceline::endpoint
