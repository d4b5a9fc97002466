#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace paceline::workload {

/// PNG images of one size that differ in all of their colours.
///
/// The pixels are indices into a palette. The constructor compresses them once. Each image has the
/// same compressed pixels and a palette of its own, so that making an image compresses nothing.
class PngImage {
 public:
  /// Width and height are in pixels, from 1 to 8192.
  PngImage(std::uint32_t width, std::uint32_t height);

  /// Appends the image of `seed` in base64. Different seeds give images of different colours.
  void append_base64(std::uint64_t seed, std::string& out) const;

 private:
  /// Base64 of the bytes before `changing_` and of those after it.
  std::string before_;
  std::string after_;
  /// The bytes with the palette, of which base64 needs whole groups of three.
  std::string changing_;
  /// Where the palette begins in `changing_`.
  std::size_t palette_ = 0;
};

}  // namespace paceline::workload
