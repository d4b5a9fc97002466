#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/transport.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class StreamsTest : public ClientFixture {
 protected:
  StreamsTest()
      : ClientFixture({.parallel = 1, .connection = {.timeout = 5s, .max_response = 1000}},
                      [this](Exchange& exchange, std::string_view piece, TimePoint read) {
                        EXPECT_EQ(exchange.number, 0U);
                        pieces_.push_back({std::string(piece), read});
                        return on_piece_() ? std::optional<std::size_t>(piece.size())
                                           : std::nullopt;
                      }) {}

  struct Piece {
    std::string text;
    TimePoint read;
  };

  /// A streamed request's response; its exchange is released.
  Response stream(const std::string& url) { return ask(url, true); }

  Response ask(const std::string& url, bool is_streamed) {
    Request request;
    request.url = url;
    request.is_streamed = is_streamed;
    return response_to(request);
  }

  std::string text() const {
    std::string whole;
    for (const Piece& piece : pieces_) whole += piece.text;
    return whole;
  }

  std::vector<Piece> pieces_;
  /// What on_piece does beside keeping the piece.
  std::function<bool()> on_piece_ = [] { return true; };
};

TEST_P(StreamsTest, PiecesComeInOrderEachWithItsTime) {
  ScriptServer server(wire(), 1, answers({.body = {{"one", 30ms}, {"two", 30ms}, {"six", 30ms}}}));
  const Response response = stream(server.url());
  EXPECT_EQ(response.error, TransportError::ok) << response.error_text;
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(text(), "onetwosix");
  // Streamed text is not kept.
  EXPECT_EQ(response.body, "");
  ASSERT_EQ(pieces_.size(), 3U);
  EXPECT_EQ(pieces_[0].read, response.first_byte);
  EXPECT_GE(pieces_[0].read - response.sent, 30ms);
  EXPECT_GE(pieces_[2].read - pieces_[0].read, 30ms);
  EXPECT_LT(pieces_[1].read, pieces_[2].read);
  EXPECT_LE(pieces_[2].read, response.done);
}

TEST_P(StreamsTest, AStreamMayBeAsLongAsAWholeResponse) {
  const std::string text(1'000, 'x');
  ScriptServer server(wire(), 1, answers(response_with(201, text)));
  EXPECT_EQ(stream(server.url()).error, TransportError::ok);
  EXPECT_EQ(this->text(), text);
}

TEST_P(StreamsTest, ALongerStreamFails) {
  ScriptServer server(wire(), 1, [](int, ScriptedConnection& connection) {
    answer_one(connection, {.body = {{std::string(900, 'x')}, {std::string(900, 'x'), 30ms}},
                            .length = 1'000'000,
                            .end = ResponseEnd::held});
    connection.wait_for_cancel();
  });
  const Response response = stream(server.url());
  EXPECT_EQ(response.error, TransportError::too_large);
  EXPECT_NE(response.error_text.find("1000 bytes"), std::string::npos) << response.error_text;
  EXPECT_EQ(text().size(), 900U);
}

TEST_P(StreamsTest, WhatIsNoSuccessIsKept) {
  for (const int status : {429, 500, 302, 404}) {
    ScriptServer server(wire(), 1, answers({.status = status, .body = {{"slow"}, {"down", 30ms}}}));
    const Response response = stream(server.url());
    EXPECT_EQ(response.error, TransportError::ok) << response.error_text;
    EXPECT_EQ(response.body, "slowdown") << status;
    EXPECT_TRUE(pieces_.empty()) << status;
    EXPECT_GE(response.first_byte, response.sent);
  }
}

TEST_P(StreamsTest, AStatusThatComesBeforeTheResponseIsNotTheResponses) {
  ScriptServer server(wire(), 1, answers({.interim = {{103}}, .status = 503, .body = {{"busy"}}}));
  const Response response = stream(server.url());
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "busy");
  EXPECT_TRUE(pieces_.empty());
}

TEST_P(StreamsTest, WithoutTheWishNoResponseIsStreamed) {
  ScriptServer server(wire(), 1, answers(ok_script()));
  const Response response = ask(server.url(), false);
  EXPECT_EQ(response.body, "ok");
  EXPECT_TRUE(pieces_.empty());
  EXPECT_GE(response.first_byte, response.sent);
  EXPECT_LE(response.first_byte, response.done);
}

TEST_P(StreamsTest, AResponseWithoutABodyHasNoFirstByte) {
  ScriptServer server(wire(), 1, answers(response_with(200, "")));
  const Response response = stream(server.url());
  EXPECT_EQ(response.error, TransportError::ok);
  EXPECT_EQ(response.first_byte, TimePoint::max());
}

TEST_P(StreamsTest, ARefusedPieceEndsTheExchange) {
  ScriptServer server(wire(), 2, [](int number, ScriptedConnection& connection) {
    if (number > 0) return answer_one(connection, ok_script());
    answer_one(connection, {.body = {{"one"}}, .length = 1'000'000, .end = ResponseEnd::held});
    connection.wait_for_cancel();
  });
  on_piece_ = [] { return false; };
  const Response response = stream(server.url());
  EXPECT_EQ(response.error, TransportError::too_large);
  EXPECT_EQ(pieces_.size(), 1U);
  on_piece_ = [] { return true; };
  pieces_.clear();
  EXPECT_EQ(stream(server.url()).error, TransportError::ok);
  EXPECT_EQ(text(), "ok");
}

TEST_P(StreamsTest, AnExceptionDoesNotGoThroughLibcurl) {
  ScriptServer server(wire(), 2, answers(ok_script()));
  on_piece_ = []() -> bool { throw std::runtime_error("out of something"); };
  EXPECT_NE(stream(server.url()).error, TransportError::ok);
  on_piece_ = [] { return true; };
  EXPECT_EQ(stream(server.url()).error, TransportError::ok);
}

TEST_P(StreamsTest, AStreamThatBreaksOffIsAReset) {
  ScriptServer server(wire(), 1, answers(half_script()));
  EXPECT_EQ(stream(server.url()).error, TransportError::reset);
  EXPECT_EQ(text(), "half");
}

PACELINE_OVER_EVERY_TRANSPORT(StreamsTest);

}  // namespace
}  // namespace paceline::http
