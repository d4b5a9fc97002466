#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/exchange.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "../paceline/http/scripted_server.h"
#include "transport_fixture.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

std::string head(const std::string& status, std::size_t length) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

void write_later(int connection, const std::string& text) {
  std::this_thread::sleep_for(30ms);
  [[maybe_unused]] const ssize_t written = send(connection, text.data(), text.size(), MSG_NOSIGNAL);
}

class StreamsTest : public ClientFixture {
 protected:
  StreamsTest()
      : ClientFixture({.parallel = 1, .connection = {.timeout = 5s, .max_reply = 1000}},
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
  ScriptedServer server(1, [](int, int connection) {
    answer_one(connection, head("200 OK", 9));
    for (const char* piece : {"one", "two", "six"}) write_later(connection, piece);
  });
  const Response response = stream(server.url());
  EXPECT_EQ(response.transport, TransportError::ok) << response.error;
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
  ScriptedServer server(
      1, [&](int, int connection) { answer_one(connection, head("201 Created", 1'000) + text); });
  EXPECT_EQ(stream(server.url()).transport, TransportError::ok);
  EXPECT_EQ(this->text(), text);
}

TEST_P(StreamsTest, ALongerStreamFails) {
  ScriptedServer server(1, [&](int, int connection) {
    answer_one(connection, head("200 OK", 1'000'000) + std::string(900, 'x'));
    write_later(connection, std::string(900, 'x'));
    char buffer[16];
    while (read(connection, buffer, sizeof buffer) > 0) {
    }
  });
  const Response response = stream(server.url());
  EXPECT_EQ(response.transport, TransportError::too_large);
  EXPECT_NE(response.error.find("1000 bytes"), std::string::npos) << response.error;
  EXPECT_EQ(text().size(), 900U);
}

TEST_P(StreamsTest, WhatIsNoSuccessIsKept) {
  for (const char* status : {"429 Too Many", "500 Oh", "302 Found", "404 Not Found"}) {
    ScriptedServer server(1, [&](int, int connection) {
      answer_one(connection, head(status, 8) + "slow");
      write_later(connection, "down");
    });
    const Response response = stream(server.url());
    EXPECT_EQ(response.transport, TransportError::ok) << response.error;
    EXPECT_EQ(response.body, "slowdown") << status;
    EXPECT_TRUE(pieces_.empty()) << status;
    EXPECT_GE(response.first_byte, response.sent);
  }
}

TEST_P(StreamsTest, AStatusThatComesBeforeTheResponseIsNotTheResponses) {
  ScriptedServer server(1, [](int, int connection) {
    answer_one(connection, "HTTP/1.1 103 Early Hints\r\n\r\n" + head("503 Busy", 4) + "busy");
  });
  const Response response = stream(server.url());
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "busy");
  EXPECT_TRUE(pieces_.empty());
}

TEST_P(StreamsTest, WithoutTheWishNoResponseIsStreamed) {
  ScriptedServer server(1, [](int, int connection) { answer_one(connection, ok_response); });
  const Response response = ask(server.url(), false);
  EXPECT_EQ(response.body, "ok");
  EXPECT_TRUE(pieces_.empty());
  EXPECT_GE(response.first_byte, response.sent);
  EXPECT_LE(response.first_byte, response.done);
}

TEST_P(StreamsTest, AResponseWithoutABodyHasNoFirstByte) {
  ScriptedServer server(1, [](int, int connection) { answer_one(connection, head("200 OK", 0)); });
  const Response response = stream(server.url());
  EXPECT_EQ(response.transport, TransportError::ok);
  EXPECT_EQ(response.first_byte, TimePoint::max());
}

TEST_P(StreamsTest, ARefusedPieceEndsTheExchange) {
  ScriptedServer server(2, [](int number, int connection) {
    answer_one(connection, number == 0 ? head("200 OK", 1'000'000) + "one" : ok_response);
    // Until the client hangs up.
    char buffer[16];
    while (number == 0 && read(connection, buffer, sizeof buffer) > 0) {
    }
  });
  on_piece_ = [] { return false; };
  const Response response = stream(server.url());
  EXPECT_EQ(response.transport, TransportError::too_large);
  EXPECT_EQ(pieces_.size(), 1U);
  on_piece_ = [] { return true; };
  pieces_.clear();
  EXPECT_EQ(stream(server.url()).transport, TransportError::ok);
  EXPECT_EQ(text(), "ok");
}

TEST_P(StreamsTest, AnExceptionDoesNotGoThroughLibcurl) {
  ScriptedServer server(2, [](int, int connection) { answer_one(connection, ok_response); });
  on_piece_ = []() -> bool { throw std::runtime_error("out of something"); };
  EXPECT_NE(stream(server.url()).transport, TransportError::ok);
  on_piece_ = [] { return true; };
  EXPECT_EQ(stream(server.url()).transport, TransportError::ok);
}

TEST_P(StreamsTest, AStreamThatBreaksOffIsAReset) {
  ScriptedServer server(
      1, [](int, int connection) { answer_one(connection, head("200 OK", 10) + "half"); });
  EXPECT_EQ(stream(server.url()).transport, TransportError::reset);
  EXPECT_EQ(text(), "half");
}

PACELINE_OVER_EVERY_TRANSPORT(StreamsTest);

}  // namespace
}  // namespace paceline
