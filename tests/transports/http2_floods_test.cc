// Servers of HTTP/2 that send without an end. Over `direct` only: see http2_violation.h.

#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "byte_server.h"
#include "http2_peer.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

/// Servers that send without an end.
class Http2FloodTest : public testing::Test {
 protected:
  /// The outcome of a request to a server that sends `flood` again and again after `begin`, and
  /// reads nothing. The request after it goes to a server that is well.
  Response response_to(const std::function<std::string(std::int32_t)>& begin,
                       const std::function<std::string(std::int32_t)>& flood) {
    ByteServer server(Wire::tls_http_2, 2, [&](int number, ByteStream& stream) {
      Http2Peer peer(stream);
      const std::int32_t first = peer.hear();
      if (number > 0) {
        peer.send(frames::response(first));
        return peer.listen();
      }
      peer.send(begin(first));
      std::string many;
      while (many.size() < 100'000) many += flood(first);
      while (peer.send(many)) {
      }
    });
    ClientOnLoop client(Variant::direct_https_2,
                        {.parallel = 1, .connection = {.timeout = 500ms, .max_response = 1'000}});
    const Response response = client.get(server.url());
    if (response.error == TransportError::malformed) {
      EXPECT_EQ(client.get(server.url()).body, "ok");
    }
    return response;
  }
  static std::string nothing(std::int32_t) { return {}; }
};

TEST_F(Http2FloodTest, PingsAndSettingsThatAreNotReadBackEndTheConnection) {
  for (const std::string& flood :
       {frames::ping(), frames::settings({{frames::most_streams, 100}})}) {
    const Response response = response_to(nothing, [&](std::int32_t) { return flood; });
    EXPECT_EQ(response.error, TransportError::malformed);
    EXPECT_NE(response.error_text.find("Flooding was detected"), std::string::npos)
        << response.error_text;
  }
}

TEST_F(Http2FloodTest, HeadersWithoutAnEndEndTheConnection) {
  const Response response = response_to(
      [](std::int32_t s) {
        return frames::frame(frames::headers_type, frames::none, s, frames::status(200));
      },
      [](std::int32_t s) { return frames::frame(frames::continuation_type, frames::none, s, ""); });
  EXPECT_EQ(response.error, TransportError::malformed);
  EXPECT_NE(response.error_text.find("CONTINUATION"), std::string::npos) << response.error_text;
}

TEST_F(Http2FloodTest, InterimResponsesWithoutAnEndAreTooLong) {
  const Response response = response_to(nothing, [](std::int32_t s) {
    return frames::headers(s,
                           frames::status(103) + frames::header("x-early", std::string(100, 'x')));
  });
  EXPECT_EQ(response.error, TransportError::malformed);
  EXPECT_EQ(response.error_text, "the response's headers are too long");
}

TEST_F(Http2FloodTest, EmptyPiecesOfABodyTimeOut) {
  const Response response =
      response_to([](std::int32_t s) { return frames::headers(s, frames::status(200)); },
                  [](std::int32_t s) { return frames::data(s, ""); });
  EXPECT_EQ(response.error, TransportError::timed_out);
  EXPECT_EQ(response.status, 200);
}

TEST_F(Http2FloodTest, ABodyWithoutAnEndIsTooLarge) {
  const Response response =
      response_to([](std::int32_t s) { return frames::headers(s, frames::status(200)); },
                  [](std::int32_t s) { return frames::data(s, "more and more"); });
  EXPECT_EQ(response.error, TransportError::too_large);
  EXPECT_EQ(response.error_code, ErrorCode::response_too_large);
}

std::string in_continuations(std::int32_t stream, std::string_view block) {
  constexpr std::size_t longest = 16'384;
  std::string bytes;
  for (int type = frames::headers_type;; type = frames::continuation_type) {
    const std::string_view part = block.substr(0, longest);
    block.remove_prefix(part.size());
    bytes += frames::frame(type, block.empty() ? frames::end_headers : frames::none, stream, part);
    if (block.empty()) return bytes;
  }
}

TEST(Http2ContinuationTest, HeadersMayComeInAFewFrames) {
  ByteServer server(Wire::tls_http_2, 1, [](int, ByteStream& stream) {
    Http2Peer peer(stream);
    while (const std::int32_t next = peer.hear()) {
      std::string block = frames::status(200);
      for (int i = 0; i < 25; ++i) block += frames::header("x-long", std::string(4'000, 'x'));
      peer.send(in_continuations(next, block) + frames::data(next, "ok", frames::end_stream));
    }
  });
  ClientOnLoop client(Variant::direct_https_2, {.parallel = 1, .connection = {.timeout = 5s}});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(client.get(server.url()).body, "ok");
}

}  // namespace
}  // namespace paceline::http
