// What servers of HTTP/2 may do, frame by frame. http2_frame_violations_test.cc and others have
// what they must not.

#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "byte_server.h"
#include "http2_peer.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class Http2BehaviourTest : public ClientFixture {
 protected:
  Http2BehaviourTest()
      : ClientFixture({.parallel = 1, .connection = {.timeout = 2s, .max_response = 1000}}) {}

  using Part = std::function<void(int number, Http2Peer& peer)>;
  /// A server of that many connections.
  ByteServer server(int connections, Part part, std::string first = frames::settings()) {
    return {wire(), connections, [part, first](int number, ByteStream& stream) {
              Http2Peer peer(stream, first);
              part(number, peer);
            }};
  }
  /// Responds to each request with these frames.
  static Part answering(std::function<std::string(std::int32_t stream)> answer) {
    return [answer](int, Http2Peer& peer) {
      while (const std::int32_t stream = peer.hear()) peer.send(answer(stream));
    };
  }

  void expect_ok(const ByteServer& server, int times = 2) {
    for (int i = 0; i < times; ++i) {
      const Response response = get(server.url());
      EXPECT_EQ(response.error, TransportError::ok) << response.error_text;
      EXPECT_EQ(response.status, 200);
      EXPECT_EQ(response.body, "ok");
    }
  }
};

TEST_P(Http2BehaviourTest, AnIdleConnectionMayGoAway) {
  const ByteServer one = server(3, [](int, Http2Peer& peer) {
    const std::int32_t stream = peer.hear();
    peer.send(frames::response(stream) + frames::goaway(stream));
    peer.listen();
  });
  expect_ok(one, 3);
}

TEST_P(Http2BehaviourTest, AConnectionMayGoAwayBeforeTheFirstRequest) {
  const ByteServer one = server(2, [](int number, Http2Peer& peer) {
    if (number == 0) {
      peer.send(frames::goaway(0));
      return peer.listen();
    }
    while (const std::int32_t stream = peer.hear()) peer.send(frames::response(stream));
  });
  expect_ok(one);
}

TEST_P(Http2BehaviourTest, AGoawayMayLeaveTheRequestIn) {
  const ByteServer one = server(2, [](int, Http2Peer& peer) {
    const std::int32_t stream = peer.hear();
    peer.send(frames::goaway(stream));
    peer.pause(20ms);
    peer.send(frames::response(stream));
    peer.listen();
  });
  expect_ok(one);
}

TEST_P(Http2BehaviourTest, AServerMayAnnounceItsGoaway) {
  constexpr std::int32_t all = 0x7FFFFFFF;
  const ByteServer one = server(4, [](int number, Http2Peer& peer) {
    const std::int32_t stream = peer.hear();
    peer.send(frames::goaway(all));
    peer.pause(20ms);
    // On every other connection, the request is left out in the end.
    peer.send(frames::goaway(number % 2 == 0 ? 0 : stream));
    if (number % 2 == 1) peer.send(frames::response(stream));
    peer.listen();
  });
  expect_ok(one);
}

TEST_P(Http2BehaviourTest, AGoawayWithAnErrorThatLeavesTheRequestOutIsSentAgain) {
  const ByteServer one = server(2, [](int number, Http2Peer& peer) {
    while (const std::int32_t stream = peer.hear()) {
      if (number == 0) {
        peer.send(frames::goaway(0, frames::enhance_your_calm, "slow down"));
        return;
      }
      peer.send(frames::response(stream));
    }
  });
  expect_ok(one);
}

TEST_P(Http2BehaviourTest, ARefusedStreamIsSentAgain) {
  std::atomic<int> heard = 0;
  const ByteServer one = server(4, [&heard](int, Http2Peer& peer) {
    while (const std::int32_t stream = peer.hear()) {
      peer.send(heard++ % 2 == 0 ? frames::reset(stream, frames::refused_stream)
                                 : frames::response(stream));
    }
  });
  expect_ok(one);
  EXPECT_EQ(heard, 4);
}

TEST_P(Http2BehaviourTest, ARequestThatIsRefusedForEverFails) {
  const ByteServer one = server(20, answering([](std::int32_t stream) {
                                  return frames::reset(stream, frames::refused_stream);
                                }));
  const Response response = get(one.url());
  EXPECT_EQ(response.error, TransportError::reset);
  EXPECT_EQ(response.error_code, ErrorCode::connection_reset);
  EXPECT_NE(response.error_text, "");
}

TEST_P(Http2BehaviourTest, AServerMayRaiseItsLimitOfStreams) {
  const ByteServer one = server(
      4,
      [](int, Http2Peer& peer) {
        peer.pause(50ms);
        peer.send(frames::settings({{frames::most_streams, 10}}));
        while (const std::int32_t stream = peer.hear()) peer.send(frames::response(stream));
      },
      frames::settings({{frames::most_streams, 0}}));
  expect_ok(one, 3);
}

TEST_P(Http2BehaviourTest, TrailersArePassedOver) {
  const ByteServer one =
      server(1, answering([](std::int32_t stream) {
               return frames::headers(stream, frames::status(200)) + frames::data(stream, "ok") +
                      frames::headers(stream, frames::header("x-sum", "1"), frames::end_stream);
             }));
  std::optional<std::string> header = "";
  const Response response =
      get(one.url(), [&header](const Response& seen) { header = seen.header("x-sum"); });
  EXPECT_EQ(response.body, "ok") << response.error_text;
  EXPECT_EQ(header, std::nullopt);
  expect_ok(one);
}

TEST_P(Http2BehaviourTest, ManyInterimResponsesArePassedOver) {
  const ByteServer one =
      server(1, answering([](std::int32_t stream) {
               std::string all;
               for (int i = 0; i < 200; ++i) {
                 all += frames::headers(
                     stream, frames::status(103) + frames::header("x-early", std::to_string(i)));
               }
               return all + frames::response(stream);
             }));
  std::optional<std::string> header = "";
  const Response response =
      get(one.url(), [&header](const Response& seen) { header = seen.header("x-early"); });
  EXPECT_EQ(response.body, "ok") << response.error_text;
  EXPECT_EQ(header, std::nullopt);
}

TEST_P(Http2BehaviourTest, FramesMayBePadded) {
  const ByteServer one =
      server(1, answering([](std::int32_t stream) {
               const std::string padding(255, '\0');
               return frames::frame(frames::headers_type, frames::end_headers | frames::padded,
                                    stream, "\xff" + frames::status(200) + padding) +
                      frames::frame(frames::data_type, frames::padded, stream,
                                    std::string("\x02\0\0", 3)) +
                      frames::frame(frames::data_type, frames::end_stream | frames::padded, stream,
                                    "\xffok" + padding);
             }));
  expect_ok(one);
}

TEST_P(Http2BehaviourTest, SpacesAroundAValueAreNoPartOfIt) {
  const ByteServer one = server(
      1, answering([](std::int32_t stream) {
        return frames::headers(stream, frames::status(200) + frames::header("x-one", " a b \t")) +
               frames::data(stream, "ok", frames::end_stream);
      }));
  std::optional<std::string> header;
  get(one.url(), [&header](const Response& seen) { header = seen.header("x-one"); });
  EXPECT_EQ(header, "a b");
  expect_ok(one);
}

TEST_P(Http2BehaviourTest, AResponseMayHaveNoBody) {
  for (const int status : {200, 204, 304}) {
    const ByteServer one =
        server(1, answering([status](std::int32_t stream) {
                 return frames::headers(stream, frames::status(status), frames::end_stream);
               }));
    for (int i = 0; i < 2; ++i) {
      const Response response = get(one.url());
      EXPECT_EQ(response.error, TransportError::ok) << response.error_text;
      EXPECT_EQ(response.status, status);
      EXPECT_EQ(response.body, "");
    }
  }
}

TEST_P(Http2BehaviourTest, UnknownFramesAndSettingsArePassedOver) {
  constexpr int altsvc = 10;
  constexpr int origin = 12;
  constexpr int unknown = 99;
  const ByteServer one = server(
      1, answering([](std::int32_t stream) {
        return frames::frame(altsvc, 0, 0, std::string("\0\x01x", 3)) +
               frames::frame(origin, 0, 0, std::string("\0\x01x", 3)) +
               frames::frame(unknown, 7, stream, "what") + frames::frame(unknown, 7, 0, "what") +
               frames::frame(frames::priority_type, 0, stream, std::string("\0\0\0\0\x10", 5)) +
               frames::settings({{99, 7}, {frames::header_table_size, 0}}) +
               frames::settings({{frames::header_table_size, 0xFFFFFFFF}}) +
               frames::response(stream);
      }));
  expect_ok(one, 3);
}

TEST_P(Http2BehaviourTest, FramesOnAStreamThatHasEndedArePassedOver) {
  const ByteServer one = server(1, answering([](std::int32_t stream) {
                                  return frames::response(stream) + frames::data(stream, "more") +
                                         frames::reset(stream, 0) + frames::window(stream, 1);
                                }));
  expect_ok(one, 3);
}

TEST_P(Http2BehaviourTest, EachPingIsAnswered) {
  std::atomic<int> pongs = 0;
  {
    const ByteServer one = server(1, [&pongs](int, Http2Peer& peer) {
      const std::int32_t stream = peer.hear();
      std::string pings;
      for (int i = 0; i < 100; ++i) pings += frames::ping();
      peer.send(pings);
      while (peer.count[frames::ping_type] < 100 && peer.next()) {
      }
      pongs = peer.count[frames::ping_type];
      peer.send(frames::response(stream));
      peer.listen();
    });
    expect_ok(one, 1);
  }
  EXPECT_EQ(pongs, 100);
}

TEST_P(Http2BehaviourTest, ABodyFollowsAWindowOfOneByte) {
  const std::string body = "a body of some bytes";
  std::atomic<std::size_t> longest = 0;
  std::atomic<int> pieces = 0;
  const ByteServer one = server(
      1,
      [&](int, Http2Peer& peer) {
        // The first request may be on its way before the settings are read.
        for (int request = 0; request < 2; ++request) {
          std::int32_t stream = 0;
          while (const auto frame = peer.next()) {
            stream = frame->stream;
            if (frame->ends_stream()) break;
            if (frame->type != frames::data_type) continue;
            if (request == 1) longest = std::max<std::size_t>(longest, frame->payload.size());
            if (request == 1) ++pieces;
            peer.send(frames::window(stream, 1));
          }
          peer.send(frames::response(stream));
        }
        peer.listen();
      },
      frames::settings({{frames::initial_window, 1}}));
  for (int request = 0; request < 2; ++request) {
    EXPECT_EQ(post(one.url(), body).body, "ok");
  }
  EXPECT_EQ(longest, 1U);
  EXPECT_GE(pieces, static_cast<int>(body.size()) - 1);
}

PACELINE_OVER_HTTP_2(Http2BehaviourTest);

}  // namespace
}  // namespace paceline::http
