#pragma once

#include <paceline/text/strings.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace paceline::endpoint {

inline std::string base64_of(std::string_view bytes) {
  std::string base64;
  text::append_base64(bytes, base64);
  return base64;
}

inline std::string big_endian(std::uint32_t number, unsigned bytes) {
  std::string text;
  while (bytes > 0) text += static_cast<char>(number >> (8 * --bytes) & 0xffU);
  return text;
}

/// The first bytes of a PNG image, up to its height.
inline std::string png_header(std::uint32_t width, std::uint32_t height) {
  return "\x89PNG\r\n\x1a\n" + big_endian(13, 4) + "IHDR" + big_endian(width, 4) +
         big_endian(height, 4);
}

/// The first bytes of a JPEG image, with a comment of this length before its size.
inline std::string jpeg_header(std::uint32_t width, std::uint32_t height, std::size_t comment) {
  return "\xff\xd8\xff\xfe" + big_endian(static_cast<std::uint32_t>(comment + 2), 2) +
         std::string(comment, 'a') + "\xff\xff\xc0" + big_endian(17, 2) + "\x08" +
         big_endian(height, 2) + big_endian(width, 2);
}

}  // namespace paceline::endpoint
