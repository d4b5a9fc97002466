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

#include "client_fixture.h"
#include "scripted_server.h"

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

class ClientStreamTest : public ClientFixture {
 protected:
  ClientStreamTest()
      : ClientFixture({.parallel = 1, .connection = {.timeout = 5s, .max_reply = 1000}},
                      [this](Exchange& exchange, std::string_view piece, TimePoint read) {
                        EXPECT_EQ(exchange.number(), 0U);
                        pieces_.push_back({std::string(piece), read});
                        return on_piece_() ? std::optional<std::size_t>(piece.size())
                                           : std::nullopt;
                      }) {}

  struct Piece {
    std::string text;
    TimePoint read;
  };

  /// A streamed request's reply; its exchange is released.
  Reply stream(const std::string& url) { return ask(url, true); }

  Reply ask(const std::string& url, bool is_streamed) {
    Request request;
    request.url = url;
    request.is_streamed = is_streamed;
    return reply_to(request);
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

TEST_F(ClientStreamTest, PiecesComeInOrderEachWithItsTime) {
  ScriptedServer server(1, [](int, int connection) {
    answer_one(connection, head("200 OK", 9));
    for (const char* piece : {"one", "two", "six"}) write_later(connection, piece);
  });
  const Reply reply = stream(server.url());
  EXPECT_EQ(reply.transport, Transport::ok) << reply.error;
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(text(), "onetwosix");
  // Streamed text is not kept.
  EXPECT_EQ(reply.body, "");
  ASSERT_EQ(pieces_.size(), 3U);
  EXPECT_EQ(pieces_[0].read, reply.first_byte);
  EXPECT_GE(pieces_[0].read - reply.sent, 30ms);
  EXPECT_GE(pieces_[2].read - pieces_[0].read, 30ms);
  EXPECT_LT(pieces_[1].read, pieces_[2].read);
  EXPECT_LE(pieces_[2].read, reply.done);
}

TEST_F(ClientStreamTest, AStreamMayBeAsLongAsAWholeReply) {
  const std::string text(1'000, 'x');
  ScriptedServer server(
      1, [&](int, int connection) { answer_one(connection, head("201 Created", 1'000) + text); });
  EXPECT_EQ(stream(server.url()).transport, Transport::ok);
  EXPECT_EQ(this->text(), text);
}

TEST_F(ClientStreamTest, ALongerStreamFails) {
  ScriptedServer server(1, [&](int, int connection) {
    answer_one(connection, head("200 OK", 1'000'000) + std::string(900, 'x'));
    write_later(connection, std::string(900, 'x'));
    char buffer[16];
    while (read(connection, buffer, sizeof buffer) > 0) {
    }
  });
  const Reply reply = stream(server.url());
  EXPECT_EQ(reply.transport, Transport::too_large);
  EXPECT_NE(reply.error.find("1000 bytes"), std::string::npos) << reply.error;
  EXPECT_EQ(text().size(), 900U);
}

TEST_F(ClientStreamTest, WhatIsNoSuccessIsKept) {
  for (const char* status : {"429 Too Many", "500 Oh", "302 Found", "404 Not Found"}) {
    ScriptedServer server(1, [&](int, int connection) {
      answer_one(connection, head(status, 8) + "slow");
      write_later(connection, "down");
    });
    const Reply reply = stream(server.url());
    EXPECT_EQ(reply.transport, Transport::ok) << reply.error;
    EXPECT_EQ(reply.body, "slowdown") << status;
    EXPECT_TRUE(pieces_.empty()) << status;
    EXPECT_GE(reply.first_byte, reply.sent);
  }
}

TEST_F(ClientStreamTest, AStatusThatComesBeforeTheReplyIsNotTheReplys) {
  ScriptedServer server(1, [](int, int connection) {
    answer_one(connection, "HTTP/1.1 103 Early Hints\r\n\r\n" + head("503 Busy", 4) + "busy");
  });
  const Reply reply = stream(server.url());
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "busy");
  EXPECT_TRUE(pieces_.empty());
}

TEST_F(ClientStreamTest, WithoutTheWishNoReplyIsStreamed) {
  ScriptedServer server(1, [](int, int connection) { answer_one(connection, ok_reply); });
  const Reply reply = ask(server.url(), false);
  EXPECT_EQ(reply.body, "ok");
  EXPECT_TRUE(pieces_.empty());
  EXPECT_GE(reply.first_byte, reply.sent);
  EXPECT_LE(reply.first_byte, reply.done);
}

TEST_F(ClientStreamTest, AReplyWithoutABodyHasNoFirstByte) {
  ScriptedServer server(1, [](int, int connection) { answer_one(connection, head("200 OK", 0)); });
  const Reply reply = stream(server.url());
  EXPECT_EQ(reply.transport, Transport::ok);
  EXPECT_EQ(reply.first_byte, TimePoint::max());
}

TEST_F(ClientStreamTest, ARefusedPieceEndsTheExchange) {
  ScriptedServer server(2, [](int number, int connection) {
    answer_one(connection, number == 0 ? head("200 OK", 1'000'000) + "one" : ok_reply);
    // Until the client hangs up.
    char buffer[16];
    while (number == 0 && read(connection, buffer, sizeof buffer) > 0) {
    }
  });
  on_piece_ = [] { return false; };
  const Reply reply = stream(server.url());
  EXPECT_EQ(reply.transport, Transport::too_large);
  EXPECT_EQ(pieces_.size(), 1U);
  EXPECT_LT(reply.done - reply.sent, 4s);
  on_piece_ = [] { return true; };
  pieces_.clear();
  EXPECT_EQ(stream(server.url()).transport, Transport::ok);
  EXPECT_EQ(text(), "ok");
}

TEST_F(ClientStreamTest, AnExceptionDoesNotGoThroughLibcurl) {
  ScriptedServer server(2, [](int, int connection) { answer_one(connection, ok_reply); });
  on_piece_ = []() -> bool { throw std::runtime_error("out of something"); };
  EXPECT_NE(stream(server.url()).transport, Transport::ok);
  on_piece_ = [] { return true; };
  EXPECT_EQ(stream(server.url()).transport, Transport::ok);
}

TEST_F(ClientStreamTest, AStreamThatBreaksOffIsAReset) {
  ScriptedServer server(
      1, [](int, int connection) { answer_one(connection, head("200 OK", 10) + "half"); });
  EXPECT_EQ(stream(server.url()).transport, Transport::reset);
  EXPECT_EQ(text(), "half");
}

}  // namespace
}  // namespace paceline
