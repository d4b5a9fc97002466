// Several requests at once, and the connections that carry them.

#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "byte_server.h"
#include "http2_peer.h"
#include "many_requests.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

/// libcurl lets requests wait for a stream instead.
class Http2StreamsTest : public testing::Test, protected ManyRequests {
 protected:
  Http2StreamsTest()
      : ManyRequests(Variant::direct_https_2, {.parallel = 12, .connection = {.timeout = 5s}}) {}

  /// Sends so many requests at once, and waits until all have been answered.
  void send_at_once(int requests, const std::string& url) {
    const std::string round = std::to_string(++rounds_) + ".";
    for (int i = 0; i < requests; ++i) send(round + std::to_string(i), url);
    client_.flush();
    for (int i = 0; i < requests; ++i) {
      const Response& response = wait_for(round + std::to_string(i));
      EXPECT_EQ(response.body, "ok") << response.error_text;
    }
  }

  int rounds_ = 0;
};

/// A server whose connections allow few streams. Answers the requests of a round when all of it
/// have come.
class StrictServer {
 public:
  StrictServer(std::uint32_t streams, int round) : streams_(streams), round_(round) {}

  std::string url() const { return server_.url(); }
  int connections() const { return connections_; }
  int refused() const { return refused_; }

 private:
  void play(ByteStream& stream) {
    ++connections_;
    Http2Peer peer(stream, frames::settings({{frames::most_streams, streams_}}));
    std::vector<std::int32_t> open;
    while (true) {
      const auto frame = peer.next(Clock::now() + 5ms);
      if (!frame && stream.is_open() && !is_over_) {
        if (open.empty() || waiting_ % round_ != 0) continue;
        for (const std::int32_t each : open) peer.send(frames::response(each));
        open.clear();
        continue;
      }
      if (!frame) return;
      if (!frame->ends_stream()) continue;
      if (open.size() == streams_) {
        ++refused_;
        peer.send(frames::reset(frame->stream, frames::refused_stream));
      } else {
        open.push_back(frame->stream);
        ++waiting_;
      }
    }
  }

  std::uint32_t streams_;
  int round_;
  std::atomic<int> connections_ = 0;
  std::atomic<int> refused_ = 0;
  std::atomic<int> waiting_ = 0;
  std::atomic<bool> is_over_ = false;
  ByteServer server_{Wire::tls_http_2, 100, [this](int, ByteStream& stream) { play(stream); }};

 public:
  ~StrictServer() { is_over_ = true; }
};

TEST_F(Http2StreamsTest, MoreRequestsThanStreamsTakeTheNextConnection) {
  for (const std::uint32_t streams : {1U, 5U}) {
    const StrictServer server(streams, 10);
    for (int round = 0; round < 3; ++round) {
      const int refused = server.refused();
      send_at_once(10, server.url());
      // The first requests may leave before the limit is known.
      if (round > 0) {
        EXPECT_EQ(server.refused(), refused);
      }
    }
    EXPECT_GE(server.connections(), 10 / static_cast<int>(streams));
    EXPECT_LE(server.connections(), 10 / static_cast<int>(streams) + 1);
  }
}

TEST_F(Http2StreamsTest, TheLimitMayChangeAtAnyTime) {
  constexpr int first_round = 4;
  constexpr int both_rounds = 7;
  std::atomic<int> connections = 0;
  std::atomic<int> heard = 0;
  ByteServer server(Wire::tls_http_2, 10, [&](int number, ByteStream& stream) {
    ++connections;
    Http2Peer peer(stream, frames::settings({{frames::most_streams, number == 0 ? 10U : 1U}}));
    std::vector<std::int32_t> open;
    const auto answer_when = [&](int all) {
      while (heard < all) peer.pause(2ms);
      for (const std::int32_t each : open) peer.send(frames::response(each));
      open.clear();
    };
    while (const std::int32_t next = peer.hear()) {
      open.push_back(next);
      ++heard;
      if (number > 0 || heard > first_round) {
        answer_when(both_rounds);
      } else if (heard == first_round) {
        // The limit falls while as many requests as it allowed before are in flight.
        peer.send(frames::settings({{frames::most_streams, 1}}));
        peer.wait_for(frames::settings_type);
        answer_when(first_round);
      }
    }
  });
  send_at_once(first_round, server.url());
  EXPECT_EQ(connections, 1);
  send_at_once(both_rounds - first_round, server.url());
  EXPECT_EQ(connections, both_rounds - first_round);
}

/// Sends more requests at once than one connection carries.
class Http2SharingTest : public TransportTest, protected ManyRequests {
 protected:
  static constexpr int most_streams = 100;
  static constexpr int requests = most_streams + 50;

  Http2SharingTest()
      : ManyRequests(GetParam(), {.parallel = requests, .connection = {.timeout = 20s}}) {}

  /// Answers a first request, which tells the client that the server speaks HTTP/2, and then the
  /// others when all of them have come.
  void play(int number, ByteStream& stream) {
    Http2Peer peer(stream, frames::settings({{frames::most_streams, most_streams}}));
    if (number == 0) peer.send(frames::response(peer.hear()));
    std::vector<std::int32_t> open;
    while (heard_ < requests && !is_over_) {
      const auto frame = peer.next(Clock::now() + 5ms);
      if (!frame || !frame->ends_stream()) continue;
      open.push_back(frame->stream);
      ++heard_;
    }
    {
      const std::lock_guard lock(mutex_);
      streams_.push_back(open.size());
    }
    for (const std::int32_t each : open) peer.send(frames::response(each));
    peer.listen();
  }

  std::atomic<int> heard_ = 0;
  std::atomic<bool> is_over_ = false;
  std::mutex mutex_;
  /// The requests in flight of each connection.
  std::vector<std::size_t> streams_;
};

TEST_P(Http2SharingTest, RequestsBeyondAHundredTakeASecondConnection) {
  const auto expect_answer = [this](const std::string& name) {
    const Response& response = wait_for(name);
    EXPECT_EQ(response.body, "ok") << response.error_text;
  };
  {
    ByteServer server(wire(), 10, [this](int number, ByteStream& stream) { play(number, stream); });
    send("first", server.url());
    expect_answer("first");
    for (int i = 0; i < requests; ++i) send(std::to_string(i), server.url());
    client_.flush();
    for (int i = 0; i < requests; ++i) expect_answer(std::to_string(i));
    is_over_ = true;
  }
  ASSERT_EQ(streams_.size(), 2U);
  EXPECT_EQ(streams_[0] + streams_[1], static_cast<std::size_t>(requests));
  EXPECT_LE(std::max(streams_[0], streams_[1]), static_cast<std::size_t>(most_streams));
}

PACELINE_OVER_HTTP_2(Http2SharingTest);

/// GOAWAY with several requests in flight.
class Http2GoawayTest : public TransportTest, protected ManyRequests {
 protected:
  Http2GoawayTest() : ManyRequests(GetParam(), {.parallel = 8, .connection = {.timeout = 5s}}) {}
};

TEST_P(Http2GoawayTest, WhatIsAboveItsStreamIsSentAgainAndTheRestIsAnswered) {
  std::atomic<int> heard = 0;
  ByteServer server(wire(), 10, [&heard](int number, ByteStream& stream) {
    Http2Peer peer(stream);
    std::vector<std::int32_t> open;
    while (const std::int32_t next = peer.hear()) {
      ++heard;
      if (number > 0) {
        peer.send(frames::response(next));
        continue;
      }
      open.push_back(next);
      if (open.size() == 1) peer.send(frames::response(next));
      if (open.size() < 6) continue;
      peer.send(frames::goaway(open[3]));
      peer.pause(20ms);
      for (std::size_t i = 1; i <= 3; ++i) peer.send(frames::response(open[i]));
      return peer.listen();
    }
  });
  send("first", server.url());
  EXPECT_EQ(wait_for("first").body, "ok") << responses_["first"].error_text;
  for (int i = 0; i < 5; ++i) send(std::to_string(i), server.url());
  for (int i = 0; i < 5; ++i) {
    const Response& response = wait_for(std::to_string(i));
    EXPECT_EQ(response.body, "ok") << response.error_text;
  }
  EXPECT_EQ(heard, 6 + 2);
}

PACELINE_OVER_HTTP_2(Http2GoawayTest);

/// libcurl sends such requests again.
class DirectHttp2GoawayTest : public testing::Test, protected ManyRequests {
 protected:
  DirectHttp2GoawayTest()
      : ManyRequests(Variant::direct_https_2, {.parallel = 8, .connection = {.timeout = 5s}}) {}
};

TEST_F(DirectHttp2GoawayTest, AnEndWithAnErrorEndsTheRequestsBelowIt) {
  std::atomic<int> heard = 0;
  ByteServer server(Wire::tls_http_2, 10, [&heard](int number, ByteStream& stream) {
    Http2Peer peer(stream);
    std::vector<std::int32_t> open;
    while (const std::int32_t next = peer.hear()) {
      ++heard;
      if (heard == 1 || number > 0) {
        peer.send(frames::response(next));
        continue;
      }
      open.push_back(next);
      if (open.size() == 3) {
        peer.send(frames::headers(open[0], frames::status(200)) + frames::data(open[0], "half"));
        peer.pause(20ms);
        peer.send(frames::goaway(open[1], frames::internal_error, "no more"));
        return;
      }
    }
  });
  send("first", server.url());
  EXPECT_EQ(wait_for("first").body, "ok") << responses_["first"].error_text;
  for (int i = 0; i < 3; ++i) send(std::to_string(i), server.url());
  for (int i = 0; i < 2; ++i) {
    const Response& response = wait_for(std::to_string(i));
    EXPECT_EQ(response.error, TransportError::reset) << response.error_text;
    EXPECT_EQ(response.status, i == 0 ? 200 : 0);
  }
  EXPECT_EQ(wait_for("2").body, "ok") << responses_["2"].error_text;
  EXPECT_EQ(heard, 1 + 3 + 1);
}

TEST(Http2SilenceTest, AConnectionThatHasGoneSilentGetsNoFurtherRequest) {
  std::atomic<int> connections = 0;
  ByteServer server(Wire::tls_http_2, 2, [&connections](int number, ByteStream& stream) {
    ++connections;
    Http2Peer peer(stream);
    peer.send(frames::response(peer.hear()));
    if (number == 0) return peer.listen();
    while (const std::int32_t next = peer.hear()) peer.send(frames::response(next));
  });
  ClientOnLoop client(Variant::direct_https_2, {.parallel = 1, .connection = {.timeout = 300ms}});
  EXPECT_EQ(client.get(server.url()).body, "ok");
  EXPECT_EQ(client.get(server.url()).error, TransportError::timed_out);
  EXPECT_EQ(client.get(server.url()).body, "ok");
  EXPECT_EQ(connections, 2);
}

}  // namespace
}  // namespace paceline::http
