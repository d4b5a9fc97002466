// Streams of HTTP/2 that the server or the client ends before their time.

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>
#include <paceline/http/client.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "byte_server.h"
#include "http2_peer.h"
#include "many_requests.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class Http2ResetTest : public ClientFixture {
 protected:
  Http2ResetTest() : ClientFixture({.parallel = 1, .connection = {.timeout = 5s}}) {}
};

TEST_P(Http2ResetTest, AfterTheResponseItMeansNothing) {
  ByteServer server(wire(), 1, [](int, ByteStream& stream) {
    Http2Peer peer(stream);
    for (std::uint32_t code = 0; const std::int32_t heard = peer.hear(); ++code) {
      peer.send(frames::response(heard) + frames::reset(heard, code));
    }
  });
  for (std::uint32_t code = 0; code <= frames::unknown_code; ++code) {
    const Response response = get(server.url());
    EXPECT_EQ(response.error, TransportError::ok) << code << ' ' << response.error_text;
    EXPECT_EQ(response.body, "ok");
  }
}

PACELINE_OVER_HTTP_2(Http2ResetTest);

/// The codes and messages of libcurl's versions differ.
class DirectHttp2ResetTest : public testing::Test, protected ClientOnLoop {
 protected:
  DirectHttp2ResetTest()
      : ClientOnLoop(Variant::direct_https_2, {.parallel = 1, .connection = {.timeout = 5s}}) {}

  /// A server of one connection that answers the request for each code with these frames.
  static ByteServer server_of(
      std::function<std::string(std::int32_t stream, std::uint32_t code)> answer,
      std::atomic<int>& heard) {
    return {Wire::tls_http_2, 1, [answer, &heard](int, ByteStream& stream) {
              Http2Peer peer(stream);
              for (std::uint32_t code = 0; const std::int32_t next = peer.hear(); ++code) {
                ++heard;
                peer.send(answer(next, code));
              }
              EXPECT_EQ(peer.count[frames::reset_type], 0);
            }};
  }
};

TEST_F(DirectHttp2ResetTest, BeforeTheResponseThereIsNone) {
  std::atomic<int> heard = 0;
  {
    const ByteServer server = server_of(
        [](std::int32_t stream, std::uint32_t code) {
          return code == frames::refused_stream ? frames::response(stream)
                                                : frames::reset(stream, code);
        },
        heard);
    for (std::uint32_t code = 0; code <= frames::unknown_code; ++code) {
      if (code == frames::refused_stream) {
        EXPECT_EQ(get(server.url()).body, "ok");
        continue;
      }
      const Response response = get(server.url());
      EXPECT_EQ(response.error, TransportError::reset);
      EXPECT_EQ(response.error_code, ErrorCode::connection_reset);
      EXPECT_EQ(response.status, 0);
      EXPECT_EQ(response.error_text,
                std::string("the server reset the stream without a response: ") +
                    nghttp2_http2_strerror(code));
    }
  }
  // Who may have processed a request does not get it again.
  EXPECT_EQ(heard, static_cast<int>(frames::unknown_code) + 1);
}

TEST_F(DirectHttp2ResetTest, InTheResponseItIsCutShort) {
  std::atomic<int> heard = 0;
  {
    const ByteServer server = server_of(
        [](std::int32_t stream, std::uint32_t code) {
          return frames::headers(stream, frames::status(200)) + frames::data(stream, "half") +
                 frames::reset(stream, code);
        },
        heard);
    for (std::uint32_t code = 0; code <= frames::unknown_code; ++code) {
      const Response response = get(server.url());
      EXPECT_EQ(response.error, TransportError::reset);
      EXPECT_EQ(response.status, 200);
      EXPECT_EQ(response.http_version, "HTTP/2");
      EXPECT_EQ(response.error_text,
                std::string("the server reset the stream before the response's end: ") +
                    nghttp2_http2_strerror(code));
    }
  }
  EXPECT_EQ(heard, static_cast<int>(frames::unknown_code) + 1);
}

TEST_F(DirectHttp2ResetTest, ARefusalKeepsItsStatus) {
  std::atomic<int> heard = 0;
  {
    const ByteServer server = server_of(
        [](std::int32_t stream, std::uint32_t code) {
          return frames::headers(stream, frames::status(503)) + frames::data(stream, "busy") +
                 frames::reset(stream, code);
        },
        heard);
    for (std::uint32_t code = 0; code <= frames::unknown_code; ++code) {
      const Response response = get(server.url());
      EXPECT_EQ(response.error, TransportError::ok) << response.error_text;
      EXPECT_EQ(response.status, 503);
      EXPECT_EQ(response.body, "busy");
    }
  }
  EXPECT_EQ(heard, static_cast<int>(frames::unknown_code) + 1);
}

TEST_F(DirectHttp2ResetTest, AResponseBeforeTheRequestsEndCancelsTheRest) {
  // More than the window, so that the rest waits for the server.
  constexpr std::size_t length = 1'000'000;
  constexpr std::size_t window = 65'535;
  std::atomic<std::size_t> received = 0;
  {
    ByteServer server(Wire::tls_http_2, 1, [&](int, ByteStream& stream) {
      Http2Peer peer(stream);
      const std::int32_t first = peer.hear_head();
      peer.send(frames::response(first));
      const auto reset = peer.wait_for(frames::reset_type, first);
      EXPECT_TRUE(reset.has_value());
      EXPECT_EQ(peer.errors[first], frames::cancel);
      // Nothing of the request follows.
      peer.send(frames::window(0, length) + frames::window(first, length));
      while (const auto frame = peer.next()) {
        if (frame->stream == first) received += frame->payload.size();
        if (frame->type == frames::headers_type) peer.send(frames::response(frame->stream));
      }
    });
    const Response early = post(server.url(), std::string(length, 'x'));
    EXPECT_EQ(early.error, TransportError::ok) << early.error_text;
    EXPECT_EQ(early.body, "ok");
    EXPECT_EQ(get(server.url()).body, "ok");
  }
  EXPECT_LE(received, window);
}

/// Requests that share a connection.
class Http2CancelTest : public TransportTest, protected ManyRequests {
 protected:
  Http2CancelTest() : ManyRequests(GetParam(), {.parallel = 3, .connection = {.timeout = 500ms}}) {}
};

TEST_P(Http2CancelTest, ARequestThatWaitsForItsWindowTimesOutAlone) {
  std::atomic<bool> is_reset = false;
  {
    ByteServer server(wire(), 1, [&](int, ByteStream& stream) {
      Http2Peer peer(stream);
      // The first shows that the settings are known by then.
      peer.send(frames::settings({{frames::initial_window, 0}}));
      std::int32_t stuck = 0;
      for (int number = 0; const std::int32_t next = peer.hear_head(); ++number) {
        if (number == 1) {
          stuck = next;
        } else {
          peer.send(frames::response(next));
        }
      }
      is_reset = stuck != 0 && peer.errors.contains(stuck);
    });
    send("first", server.url());
    EXPECT_EQ(wait_for("first").body, "ok");
    send("stuck", server.url(), std::string(100, 'x'));
    for (int i = 0; !has_ended("stuck"); ++i) {
      const std::string name = std::to_string(i);
      send(name, server.url());
      EXPECT_EQ(wait_for(name).body, "ok") << responses_[name].error_text;
    }
    EXPECT_EQ(wait_for("stuck").error, TransportError::timed_out);
    EXPECT_EQ(responses_["stuck"].error_code, ErrorCode::timed_out);
    send("last", server.url());
    EXPECT_EQ(wait_for("last").body, "ok") << responses_["last"].error_text;
  }
  EXPECT_TRUE(is_reset);
}

PACELINE_OVER_HTTP_2(Http2CancelTest);

}  // namespace
}  // namespace paceline::http
