#include <paceline/workload/png_image.h>

#include <png.h>
#include <zlib.h>

#include <cassert>
#include <cstddef>
#include <new>
#include <string_view>
#include <vector>

#include <paceline/text/strings.h>
#include <paceline/workload/synthetic_text.h>

namespace paceline::workload {
namespace {

constexpr std::size_t colours = 256;
constexpr std::size_t bytes_of_palette = 3 * colours;
constexpr std::size_t group = 3;

/// Indices of the pixels' colours. Neighbours are near to each other, so that the image compresses
/// like a photograph, to about two thirds of a byte per pixel.
std::vector<png_byte> make_pixels(std::uint32_t width, std::uint32_t height) {
  constexpr std::uint64_t noise = 32;
  std::vector<png_byte> pixels;
  pixels.reserve(std::size_t{width} * height);
  for (std::uint64_t y = 0; y < height; ++y) {
    for (std::uint64_t x = 0; x < width; ++x) {
      pixels.push_back(
          static_cast<png_byte>((x / 4 + y / 4 + mixed_bits(y * width + x) % noise) % colours));
    }
  }
  return pixels;
}

/// A PNG whose palette is black.
std::string make_png(std::uint32_t width, std::uint32_t height) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.flags = PNG_IMAGE_FLAG_FAST;
  image.colormap_entries = colours;
  const std::vector<png_byte> pixels = make_pixels(width, height);
  const std::vector<png_byte> black(bytes_of_palette);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string png(size, '\0');
  if (png_image_write_to_memory(&image, png.data(), &size, 0, pixels.data(), 0, black.data()) ==
      0) {
    throw std::bad_alloc();
  }
  png.resize(size);
  return png;
}

std::uint32_t checksum_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

}  // namespace

PngImage::PngImage(std::uint32_t width, std::uint32_t height) {
  constexpr std::string_view type = "PLTE";
  const std::string png = make_png(width, height);
  palette_ = png.find(type) + type.size();
  const std::size_t begin = (palette_ - type.size()) / group * group;
  const std::size_t end =
      (palette_ + bytes_of_palette + sizeof(std::uint32_t) + group - 1) / group * group;
  assert(end <= png.size());
  palette_ -= begin;
  text::append_base64(std::string_view(png).substr(0, begin), before_);
  changing_ = png.substr(begin, end - begin);
  text::append_base64(std::string_view(png).substr(end), after_);
}

void PngImage::append_base64(std::uint64_t seed, std::string& out) const {
  std::string bytes = changing_;
  std::uint64_t bits = 0;
  std::size_t at = palette_;
  for (std::uint64_t byte = 0; byte < bytes_of_palette; ++byte, bits >>= 8U) {
    if (byte % sizeof bits == 0) bits = mixed_bits(mixed_bits(seed) + byte);
    bytes[at++] = static_cast<char>(bits & 0xFFU);
  }
  constexpr std::size_t type_size = 4;
  const std::uint32_t checksum = checksum_of(
      std::string_view(bytes).substr(palette_ - type_size, type_size + bytes_of_palette));
  for (unsigned shift = 32; shift > 0;) {
    shift -= 8;
    bytes[at++] = static_cast<char>(checksum >> shift & 0xFFU);
  }
  out += before_;
  text::append_base64(bytes, out);
  out += after_;
}

}  // namespace paceline::workload
