// The first byte selects how the body is cut into pieces. The second byte selects the encoding. The
// rest is the body.
// However a body is cut, the decoded text is the same, and the decoder's memory is bounded.

#include <paceline/http/content_decoder.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz.h"

namespace paceline {
namespace {

constexpr std::size_t most_decoded = 1U << 20U;
constexpr std::size_t most_held = 20U << 20U;

struct Reading {
  http::ContentDecoder::State state;
  bool is_whole;
  std::string text;
  bool operator==(const Reading&) const = default;
};

/// Feeds a body in pieces of `longest` bytes, of 1, 2, 3, … and again, up to its end.
Reading read(const char* encoding, std::string_view body, std::size_t longest) {
  using State = http::ContentDecoder::State;
  const auto decoder = http::ContentDecoder::make(encoding);
  Reading reading{State::reading, true, {}};
  const auto take = [&](std::string_view piece) {
    reading.text += piece;
    return reading.text.size() <= most_decoded;
  };
  for (std::size_t length = longest; !body.empty() && reading.state == State::reading;
       length = length % longest + 1) {
    const std::size_t taken = std::min(length, body.size());
    // A copy of its own size: reading beyond a piece is an error.
    const std::vector<char> piece(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(taken));
    reading.state = decoder->take({piece.data(), piece.size()}, take);
    body.remove_prefix(taken);
    require(decoder->held() <= most_held, "a decoder's memory is bounded");
  }
  require(reading.state != State::refused || reading.text.size() > most_decoded,
          "what is wanted is decoded");
  // Of a body that is not decoded to its end, how much has come depends on the pieces.
  if (reading.state == State::refused) reading.text.resize(most_decoded);
  reading.is_whole = reading.state == State::reading && decoder->is_whole();
  return reading;
}

}  // namespace
}  // namespace paceline

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  constexpr std::array<const char*, 3> encodings{"gzip", "deflate", "br"};
  const char* encoding = encodings[bytes[1] % encodings.size()];
  const std::string body(bytes + 2, bytes + size);
  const paceline::Reading whole = paceline::read(encoding, body, body.size() + 1);
  const paceline::Reading cut = paceline::read(encoding, body, bytes[0] % 64U + 1U);
  using State = paceline::http::ContentDecoder::State;
  // How much is decoded before a mistake depends on the pieces, and may be more than is wanted.
  const bool is_broken = cut.state == State::broken || whole.state == State::broken;
  const bool has_failed = cut.state != State::reading && whole.state != State::reading;
  paceline::require(is_broken ? has_failed : cut == whole,
                    "a body in pieces is decoded as the whole body");
  return 0;
}
