#include <gtest/gtest.h>
#include <paceline/http/direct/response_parser.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace paceline::http::direct {
namespace {

using State = ResponseParser::State;

class ResponseParserTest : public testing::Test {
 protected:
  /// The state after one more response, read byte by byte and, if it is the same, at once.
  State read(std::string_view response) {
    begin();
    body_.clear();
    State state = State::reading;
    for (std::size_t i = 0; i < response.size() && state == State::reading; ++i) {
      state = reader_.take(response.substr(i, 1));
    }
    const std::string in_bytes = body_;
    begin();
    body_.clear();
    EXPECT_EQ(reader_.take(response), state) << response;
    EXPECT_EQ(body_, in_bytes) << response;
    return state;
  }

  void begin() {
    reader_.begin(headers_, [this](std::string_view piece) { return on_body_(piece); });
  }

  std::string body_;
  std::function<bool(std::string_view)> on_body_ = [this](std::string_view piece) {
    body_ += piece;
    return true;
  };
  HeaderBlock headers_;
  ResponseParser reader_;
};

TEST_F(ResponseParserTest, ALengthTellsTheEnd) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"), State::reading);
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), State::whole);
  EXPECT_EQ(reader_.status(), 200);
  EXPECT_EQ(reader_.version(), "HTTP/1.1");
  EXPECT_EQ(body_, "hello");
  EXPECT_TRUE(reader_.keeps_connection());
  EXPECT_EQ(read("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), State::whole);
  EXPECT_EQ(reader_.status(), 404);
}

TEST_F(ResponseParserTest, ChunksTellTheEnd) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(read(chunked + "3\r\none\r\n5;why=not\r\n, two\r\n"), State::reading);
  EXPECT_EQ(read(chunked + "3\r\none\r\n5;why=not\r\n, two\r\n0\r\n\r\n"), State::whole);
  EXPECT_EQ(body_, "one, two");
  EXPECT_EQ(read(chunked + "3\r\none\r\n0\r\nX-Sum: 1\r\n\r\n"), State::whole);
  EXPECT_EQ(headers_.find("X-Sum"), std::nullopt);
  EXPECT_EQ(read(chunked + "no number\r\n"), State::broken);
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\none\r\n0\r\n\r\n"),
            State::whole);
  EXPECT_EQ(body_, "one");
}

TEST_F(ResponseParserTest, WithoutEitherTheConnectionsEndTells) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\n\r\nall of"), State::reading);
  EXPECT_EQ(reader_.take(" it"), State::reading);
  EXPECT_EQ(reader_.end(), State::whole);
  EXPECT_EQ(body_, "all of it");
  EXPECT_FALSE(reader_.keeps_connection());
}

TEST_F(ResponseParserTest, AConnectionsEndInTheMiddleIsNoWholeResponse) {
  for (const char* half : {"", "HTTP/1.", "HTTP/1.1 200 OK\r\nContent-",
                           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nh",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"}) {
    EXPECT_EQ(read(half), State::reading) << half;
    EXPECT_NE(reader_.end(), State::whole) << half;
  }
}

TEST_F(ResponseParserTest, SomeStatusesNeverHaveABody) {
  EXPECT_EQ(read("HTTP/1.1 204 No Content\r\n\r\n"), State::whole);
  EXPECT_EQ(read("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"), State::whole);
  EXPECT_EQ(body_, "");
}

TEST_F(ResponseParserTest, WhatComesBeforeTheResponseIsPassedOver) {
  EXPECT_EQ(read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"),
            State::reading);
  EXPECT_EQ(read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
                 "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"),
            State::whole);
  EXPECT_EQ(reader_.status(), 201);
  EXPECT_EQ(body_, "ok");
  EXPECT_EQ(headers_.find("X-Early"), std::nullopt);
  EXPECT_EQ(read("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
            State::broken);
  EXPECT_NE(reader_.why().find("another protocol"), std::string::npos);
}

TEST_F(ResponseParserTest, TheServerSaysWhetherTheConnectionLasts) {
  const auto keeps = [this](const std::string& start) {
    EXPECT_EQ(read(start + "Content-Length: 0\r\n\r\n"), State::whole) << start;
    return reader_.keeps_connection();
  };
  EXPECT_TRUE(keeps("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1 200 OK\r\nConnection: close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0 200 OK\r\n"));
  EXPECT_EQ(reader_.version(), "HTTP/1.0");
  EXPECT_TRUE(keeps("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"));
}

TEST_F(ResponseParserTest, AfterMoreThanWasAskedForItDoesNotLast) {
  begin();
  EXPECT_EQ(reader_.take("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n"),
            State::whole);
  EXPECT_EQ(body_, "ok");
  EXPECT_FALSE(reader_.keeps_connection());
}

TEST_F(ResponseParserTest, AHeaderIsFoundInWhateverCase) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nRetry-After: 7\r\nEmpty:\r\nx-twice: one\r\nX-Twice: two\r\n"
                 "Long:   with spaces  \r\nContent-Length: 0\r\n\r\n"),
            State::whole);
  EXPECT_EQ(headers_.find("retry-AFTER"), "7");
  EXPECT_EQ(headers_.find("X-TWICE"), "one");
  EXPECT_EQ(headers_.find("empty"), "");
  EXPECT_EQ(headers_.find("long"), "with spaces");
  EXPECT_EQ(headers_.find("retry"), std::nullopt);
  EXPECT_EQ(headers_.find(""), std::nullopt);
}

TEST_F(ResponseParserTest, ALengthIsKnownByItsWholeName) {
  for (const std::string more :
       {"Content-Length : 2", "content-length: 2", "Content-Lengthy: 7", "Content-Length-Of: 7"}) {
    EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + more + "\r\n\r\nok"), State::whole)
        << more;
    EXPECT_EQ(body_, "ok");
  }
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length : 3\r\n\r\nok"),
            State::broken);
}

TEST_F(ResponseParserTest, WhatIsNoHttpIsBroken) {
  for (const char* words : {"SSH-2.0-OpenSSH\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 abc\r\n",
                            "\x16\x03\x01", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"}) {
    EXPECT_EQ(read(words), State::broken) << words;
    EXPECT_FALSE(reader_.why().empty()) << words;
  }
}

TEST_F(ResponseParserTest, HeadersWithoutAnEndAreBroken) {
  begin();
  ASSERT_EQ(reader_.take("HTTP/1.1 200 OK\r\n"), State::reading);
  const std::string line = "X-More: " + std::string(1000, 'x') + "\r\n";
  State state = State::reading;
  int lines = 0;
  for (; lines < 1000 && state == State::reading; ++lines) state = reader_.take(line);
  EXPECT_EQ(state, State::broken);
  EXPECT_GT(lines, 30);
}

TEST_F(ResponseParserTest, ARefusedPieceEndsTheReading) {
  on_body_ = [](std::string_view) { return false; };
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), State::refused);
}

TEST_F(ResponseParserTest, AnExceptionGoesNoFurther) {
  on_body_ = [](std::string_view) -> bool { throw std::runtime_error("out of something"); };
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), State::broken);
}

}  // namespace
}  // namespace paceline::http::direct
