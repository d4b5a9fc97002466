// A connection over a socket without TLS, frame by frame. tests/transports has the outcomes of
// whole exchanges.

#include <gtest/gtest.h>
#include <paceline/http/direct/http2_connection.h>
#include <paceline/http/target.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../../http2_bytes.h"
#include "../../../loopback_listener.h"
#include "../../../test_loop.h"

namespace paceline::http::direct {
namespace {

class Http2ConnectionTest : public testing::Test, protected Connection::Owner {
 protected:
  static constexpr std::size_t most_exchanges = 8;

  Http2ConnectionTest() {
    const LoopbackListener listener(1);
    loop::Descriptor client(listener.connect(SOCK_NONBLOCK));
    server_ = loop::Descriptor(listener.accept());
    connection_ = std::make_unique<Http2Connection>(
        Opened{.socket = std::move(client), .tls = nullptr, .times = {}}, shared_, std::nullopt);
    for (std::size_t i = 0; i < most_exchanges; ++i) {
      exchanges_.push_back(std::make_unique<Exchange>(i));
    }
  }

  void start(std::size_t number) {
    exchanges_[number]->request.method = Method::post;
    exchanges_[number]->request.body = "a body";
    // Each has a head of its own, which goes when the connection needs it no more.
    auto head = request_head(Method::post, Targets({}).find("https://localhost/"), nullptr);
    connection_->start(*exchanges_[number], std::make_shared<const RequestHead>(std::move(*head)));
  }

  void say(std::string_view bytes) {
    EXPECT_EQ(send(server_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    for (int i = 0; i < 5; ++i) uv_run(static_cast<loop::Loop&>(loop_).raw(), UV_RUN_NOWAIT);
  }

  /// How many frames of each type the server has received since the last call.
  std::map<int, int> heard() {
    std::array<char, 65'536> buffer;
    ssize_t length = 0;
    while ((length = recv(server_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0) {
      bytes_.append(buffer.data(), static_cast<std::size_t>(length));
    }
    constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    if (bytes_.starts_with(preface)) bytes_.erase(0, preface.size());
    std::map<int, int> frames;
    while (bytes_.size() >= 9) {
      const auto byte = [this](std::size_t at) -> std::size_t {
        return static_cast<std::uint8_t>(bytes_[at]);
      };
      const std::size_t payload = byte(0) << 16U | byte(1) << 8U | byte(2);
      ++frames[static_cast<int>(byte(3))];
      bytes_.erase(0, 9 + payload);
    }
    return frames;
  }

  bool take(Exchange&, std::string_view piece, std::optional<TimePoint>) override {
    body_ += piece;
    return true;
  }
  void ended(Connection&, Exchange& exchange, TransportEnd end) override {
    EXPECT_FALSE(ends_.contains(exchange.number));
    ends_[exchange.number] = std::move(end);
  }
  void changed(Connection&) override { ++changes_; }

  TestLoop loop_;
  Connection::Shared shared_{.owner = *this,
                             .wire = Wire::Shared(loop_),
                             .responses = ResponseBlocks(most_exchanges),
                             .reuses = true};
  loop::Descriptor server_;
  std::string bytes_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  /// By exchange number.
  std::map<std::size_t, TransportEnd> ends_;
  std::string body_;
  int changes_ = 0;
  std::unique_ptr<Http2Connection> connection_;
};

TEST_F(Http2ConnectionTest, RequestsBeyondALimitThatComesLateAreHandedBack) {
  for (std::size_t i = 0; i < 5; ++i) start(i);
  say(frames::settings({{frames::most_streams, 2}}));
  ASSERT_EQ(ends_.size(), 3U);
  for (const std::size_t number : {2U, 3U, 4U}) {
    EXPECT_EQ(ends_[number].error, TransportError::reset);
    EXPECT_TRUE(ends_[number].is_unprocessed);
  }
  EXPECT_EQ(connection_->capacity(), 2U);
  EXPECT_EQ(connection_->room(), 0U);
  // The server hears nothing of them.
  std::map<int, int> frames = heard();
  EXPECT_EQ(frames[frames::headers_type], 2);
  EXPECT_EQ(frames[frames::reset_type], 0);
  say(frames::response(1) + frames::response(3));
  EXPECT_EQ(ends_[0].error, TransportError::ok);
  EXPECT_EQ(ends_[1].error, TransportError::ok);
  EXPECT_EQ(body_, "okok");
  EXPECT_EQ(connection_->room(), 2U);
}

TEST_F(Http2ConnectionTest, RequestsThatHaveBegunStayBeyondALimit) {
  for (std::size_t i = 0; i < 5; ++i) start(i);
  connection_->flush();
  say(frames::settings({{frames::most_streams, 2}}));
  EXPECT_TRUE(ends_.empty());
  EXPECT_EQ(heard()[frames::headers_type], 5);
  EXPECT_EQ(connection_->exchanges(), 5U);
  EXPECT_EQ(connection_->room(), 0U);
}

TEST_F(Http2ConnectionTest, WithoutAStreamOneRequestWaitsForIt) {
  for (std::size_t i = 0; i < 3; ++i) start(i);
  say(frames::settings({{frames::most_streams, 0}}));
  EXPECT_EQ(ends_.size(), 2U);
  EXPECT_EQ(heard()[frames::headers_type], 0);
  say(frames::settings({{frames::most_streams, 1}}));
  EXPECT_EQ(heard()[frames::headers_type], 1);
  say(frames::response(1));
  EXPECT_EQ(ends_[0].error, TransportError::ok);
}

TEST_F(Http2ConnectionTest, AConnectionThatGoesAwayHandsBackWhatWaits) {
  start(0);
  start(1);
  say(frames::settings({{frames::most_streams, 0}}));
  ends_.clear();
  say(frames::goaway(0));
  ASSERT_EQ(ends_.size(), 1U);
  EXPECT_TRUE(ends_[0].is_unprocessed);
  const std::map<int, int> frames = heard();
  EXPECT_FALSE(frames.contains(frames::headers_type));
  EXPECT_FALSE(frames.contains(frames::reset_type));
  EXPECT_FALSE(connection_->is_open());
  EXPECT_GE(changes_, 1);
}

TEST_F(Http2ConnectionTest, TheServerHearsNothingOfARequestThatIsCancelledBeforeItBegins) {
  say(frames::settings());
  start(0);
  start(1);
  start(2);
  connection_->cancel(*exchanges_[1], CancelReason::unwanted);
  connection_->flush();
  std::map<int, int> frames = heard();
  EXPECT_EQ(frames[frames::headers_type], 2);
  EXPECT_EQ(frames[frames::data_type], 2);
  EXPECT_EQ(frames[frames::reset_type], 0);
  connection_->cancel(*exchanges_[0], CancelReason::unwanted);
  connection_->flush();
  EXPECT_EQ(heard()[frames::reset_type], 1);
  EXPECT_EQ(connection_->exchanges(), 1U);
  EXPECT_TRUE(ends_.empty());
}

TEST_F(Http2ConnectionTest, OnlyAnOverdueResponseMakesASilentConnectionSuspect) {
  say(frames::settings());
  start(0);
  start(1);
  connection_->flush();
  connection_->cancel(*exchanges_[0], CancelReason::unwanted);
  EXPECT_GT(connection_->room(), 0U);
  connection_->cancel(*exchanges_[1], CancelReason::overdue);
  EXPECT_EQ(connection_->room(), 0U);
}

TEST_F(Http2ConnectionTest, AnExchangeMayBeginAgainOnItsConnection) {
  say(frames::settings());
  for (std::int32_t stream = 1; stream < 21; stream += 4) {
    start(0);
    start(1);
    connection_->cancel(*exchanges_[0], CancelReason::unwanted);
    connection_->flush();
    // Its first stream has not begun, so the server may not answer it.
    say(frames::response(stream + 2));
    ASSERT_EQ(ends_.size(), 1U);
    EXPECT_EQ(ends_[1].error, TransportError::ok);
    ends_.clear();
  }
}

TEST_F(Http2ConnectionTest, NothingIsSentInReplyToAReset) {
  say(frames::settings());
  start(0);
  connection_->flush();
  heard();
  say(frames::reset(1, frames::cancel));
  EXPECT_EQ(ends_[0].error, TransportError::reset);
  EXPECT_FALSE(ends_[0].is_unprocessed);
  EXPECT_TRUE(heard().empty());
}

TEST_F(Http2ConnectionTest, WithoutReuseItCarriesOneExchange) {
  shared_.reuses = false;
  EXPECT_EQ(connection_->capacity(), 1U);
  EXPECT_EQ(connection_->room(), 1U);
  say(frames::settings());
  start(0);
  EXPECT_EQ(connection_->room(), 0U);
  connection_->flush();
  say(frames::response(1));
  EXPECT_EQ(ends_[0].error, TransportError::ok);
  EXPECT_FALSE(connection_->is_open());
}

}  // namespace
}  // namespace paceline::http::direct
