#include <gtest/gtest.h>
#include <paceline/workload/png_image.h>
#include <png.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paceline::workload {
namespace {

std::string decoded(std::string_view base64) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char letter : base64) {
    if (letter == '=') break;
    bits = bits << 6U | static_cast<unsigned>(letters.find(letter));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFFU);
  }
  return bytes;
}

struct Pixels {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::vector<png_byte> colours;
};

/// Decodes with libpng, which checks every checksum.
Pixels pixels_of(const PngImage& image, std::uint64_t seed) {
  std::string base64 = "before";
  image.append_base64(seed, base64);
  const std::string png = decoded(base64.substr(6));
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_memory(&header, png.data(), png.size()), 0) << header.message;
  header.format = PNG_FORMAT_RGB;
  Pixels pixels{header.width, header.height, std::vector<png_byte>(PNG_IMAGE_SIZE(header))};
  EXPECT_NE(png_image_finish_read(&header, nullptr, pixels.colours.data(), 0, nullptr), 0);
  EXPECT_EQ(header.warning_or_error, 0U) << header.message;
  return pixels;
}

TEST(PngImageTest, IsAPngOfItsSize) {
  for (const auto& [width, height] :
       {std::pair{1U, 1U}, {2U, 3U}, {17U, 5U}, {64U, 64U}, {512U, 300U}}) {
    const Pixels pixels = pixels_of(PngImage(width, height), 1);
    EXPECT_EQ(pixels.width, width);
    EXPECT_EQ(pixels.height, height);
  }
}

TEST(PngImageTest, EachSeedHasColoursOfItsOwn) {
  const PngImage image(32, 32);
  const Pixels one = pixels_of(image, 1);
  const Pixels other = pixels_of(image, 2);
  EXPECT_EQ(pixels_of(image, 1).colours, one.colours);
  std::size_t equal = 0;
  for (std::size_t i = 0; i < one.colours.size(); ++i)
    equal += one.colours[i] == other.colours[i] ? 1 : 0;
  EXPECT_LT(equal, one.colours.size() / 20);
}

}  // namespace
}  // namespace paceline::workload
