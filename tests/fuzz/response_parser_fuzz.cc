// The first byte says how the rest, a response, is cut into pieces, the second how much of its body
// is wanted. However it is cut, it is read as it is when it comes at once.

#include <paceline/http/direct/response_parser.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz.h"

namespace paceline {
namespace {

struct Reading {
  http::direct::ResponseParser::State state;
  long status;
  std::string body;
  std::string header;
  bool operator==(const Reading&) const = default;
};

/// Feeds a response in pieces of `longest` bytes, of 1, 2, 3, … and again, up to its end.
Reading read(std::string_view response, std::size_t longest, std::size_t wanted) {
  std::string body;
  http::direct::HeaderBlock headers;
  http::direct::ResponseParser reader;
  reader.begin(headers, [&body, wanted](std::string_view piece) {
    body += piece;
    return body.size() <= wanted;
  });
  http::direct::ResponseParser::State state = http::direct::ResponseParser::State::reading;
  for (std::size_t length = longest;
       !response.empty() && state == http::direct::ResponseParser::State::reading;
       length = length % longest + 1) {
    const std::size_t taken = std::min(length, response.size());
    // A copy of its own size: reading beyond a piece is an error.
    const std::vector<char> piece(response.begin(),
                                  response.begin() + static_cast<std::ptrdiff_t>(taken));
    state = reader.take({piece.data(), piece.size()});
    response.remove_prefix(taken);
  }
  if (state == http::direct::ResponseParser::State::reading) state = reader.end();
  require(state != http::direct::ResponseParser::State::refused || body.size() > wanted,
          "what is wanted is taken");
  require(state != http::direct::ResponseParser::State::whole || reader.status() / 100 != 1,
          "no response is one that comes before it");
  if (state == http::direct::ResponseParser::State::broken)
    require(!reader.why().empty(), "it says why");
  // Of a body that is not wanted, how much has come depends on the pieces.
  if (state == http::direct::ResponseParser::State::refused) body.resize(wanted + 1);
  return {state, reader.status(), body, std::string(headers.find("retry-after").value_or(""))};
}

}  // namespace
}  // namespace paceline

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::string response(bytes + 2, bytes + size);
  const std::size_t wanted = bytes[1] * 16U;
  const paceline::Reading whole = paceline::read(response, response.size() + 1, wanted);
  const paceline::Reading cut = paceline::read(response, bytes[0] % 64U + 1U, wanted);
  paceline::require(cut == whole, "a response in pieces is read as the whole response");
  return 0;
}
