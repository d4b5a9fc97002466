// The connections that are opened ahead of their requests.

#include <gtest/gtest.h>
#include <paceline/http/direct/connection_pool.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "pool_on_loop.h"
#include "tls_listener.h"

namespace paceline::http::direct {
namespace {

class OpenAheadTest : public testing::Test, protected PoolOnLoop {
 protected:
  OpenAheadTest() : PoolOnLoop(100, 100) {}

  void wait_for_openings() {
    wait_until([this] { return pool_->opening() == 0; });
  }
};

TEST_F(OpenAheadTest, OpensSoManyAtOnceAndThenTheRest) {
  const LoopbackListener listener(1000);
  pool_->open_ahead(origin(listener), 70);
  EXPECT_EQ(pool_->opening(), 64U);
  wait_for_openings();
  EXPECT_EQ(opened_, 70);
  for (std::size_t i = 0; i < 60; ++i) EXPECT_TRUE(send(i, listener));
  EXPECT_EQ(pool_->opening(), 0U);
}

TEST_F(OpenAheadTest, NeverMoreThanThereAreExchanges) {
  const LoopbackListener listener(1000);
  pool_->open_ahead(origin(listener), 1'000);
  wait_for_openings();
  EXPECT_EQ(opened_, 100);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_TRUE(send(i, listener));
  EXPECT_EQ(pool_->opening(), 0U);
}

TEST_F(OpenAheadTest, AFewMoreAreOpenThanAreInUse) {
  const LoopbackListener listener(1000);
  pool_->open_ahead(origin(listener), 1);
  wait_for_openings();
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_TRUE(send(i, listener)) << i;
    wait_for_openings();
    // An eighth of those in use, and one.
    EXPECT_EQ(opened_, static_cast<int>(i + 1 + (i + 1) / 8 + 1));
  }
}

TEST_F(OpenAheadTest, WithoutItNoneIsOpenedBeforeItIsNeeded) {
  const LoopbackListener listener(1000);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_FALSE(send(i, listener));
    accept(i, listener);
  }
  EXPECT_EQ(opened_, 10);
}

TEST_F(OpenAheadTest, OneThatFailsIsTheLast) {
  const std::string url = LoopbackListener(1).url();
  pool_->open_ahead(origin(url), 70);
  wait_for_openings();
  for (int i = 0; i < 10; ++i) turn();
  EXPECT_EQ(opened_, 0);
  EXPECT_EQ(pool_->opening(), 0U);
  EXPECT_TRUE(ends_.empty());
  // Who needs a connection is told why there is none.
  send(0, url);
  wait_until([this] { return ends_.contains(0); });
  EXPECT_EQ(ends_[0].error, TransportError::connect_failed);
  turn();
  EXPECT_EQ(pool_->opening(), 0U);
}

TEST_F(OpenAheadTest, AServerThatClosesThemUnusedGetsNoMore) {
  const LoopbackListener listener(1000);
  pool_->open_ahead(origin(listener), 10);
  wait_for_openings();
  for (int i = 0; i < 10; ++i) close(listener.accept());
  wait_until([this] { return closed_ == 10; });
  turn();
  EXPECT_EQ(pool_->opening(), 0U);
  EXPECT_EQ(opened_, 10);
  // Requests open what they need.
  send(0, listener);
  accept(0, listener);
  turn();
  EXPECT_EQ(opened_, 11);
}

TEST_F(OpenAheadTest, AClosedOneThatWasUsedIsReplaced) {
  const LoopbackListener listener(1000);
  pool_->open_ahead(origin(listener), 2);
  wait_for_openings();
  std::array<loop::Descriptor, 2> servers{loop::Descriptor(listener.accept()),
                                          loop::Descriptor(listener.accept())};
  send(0, listener);
  send(1, listener);
  wait_for_openings();
  EXPECT_EQ(opened_, 3);
  for (const loop::Descriptor& server : servers) {
    constexpr std::string_view last =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    ::send(server.get(), last.data(), last.size(), 0);
  }
  wait_until([this] { return ends_.size() == 2; });
  wait_for_openings();
  EXPECT_EQ(opened_, 4);
}

/// A TLS server with these protocols, whose HTTP/2 has a limit on streams.
class OpenAheadTlsTest : public OpenAheadTest {
 protected:
  static std::string url_of(const TlsListener& listener) {
    return "https://127.0.0.1:" + std::to_string(listener.port()) + "/";
  }
};

TEST_F(OpenAheadTlsTest, TheFirstShowsHowManyAreNeeded) {
  const TlsPeerContext context;
  const TlsListener http1(context);
  pool_->open_ahead(origin(url_of(http1)), 20);
  EXPECT_EQ(pool_->opening(), 1U);
  wait_for_openings();
  EXPECT_EQ(opened_, 20);
}

TEST_F(OpenAheadTlsTest, OneOfHttp2IsOpenedForItsStreams) {
  const TlsPeerContext context({.protocol = "h2"});
  const TlsListener http2(context);
  pool_->open_ahead(origin(url_of(http2)), 20);
  wait_for_openings();
  EXPECT_EQ(opened_, 1);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_TRUE(send(i, url_of(http2)));
  EXPECT_EQ(pool_->opening(), 0U);
}

TEST_F(OpenAheadTlsTest, HowManyFollowsTheServersLimitOnStreams) {
  for (const int limit : {1, 3}) {
    const TlsPeerContext context({.protocol = "h2"});
    std::string settings("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00", 14);
    const TlsListener http2(context, settings + static_cast<char>(limit));
    opened_ = 0;
    pool_->open_ahead(origin(url_of(http2)), 6);
    const int connections = 6 / limit;
    wait_until([&] { return opened_ == connections; });
    for (int i = 0; i < 20; ++i) turn();
    EXPECT_EQ(opened_, connections);
    const auto number = static_cast<std::size_t>(limit) * 10;
    for (std::size_t i = 0; i < 6; ++i) EXPECT_TRUE(send(number + i, url_of(http2)));
    for (const auto& [first, carrier] : carriers_) {
      EXPECT_LE(carrier->exchanges(), static_cast<std::size_t>(limit)) << first;
    }
    carriers_.clear();
  }
}

}  // namespace
}  // namespace paceline::http::direct
