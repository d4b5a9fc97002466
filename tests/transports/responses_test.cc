// What a response's headers and body may be.

#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/exchange.h>
#include <paceline/http/user_agent.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../paceline/http/compressed.h"
#include "../paceline/http/scripted_server.h"
#include "transport_fixture.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

class ResponsesTest : public ClientFixture {
 protected:
  ResponsesTest()
      : ClientFixture({.parallel = 2,
                       .connection = {.timeout = 5s, .max_reply = 100'000, .memory = 1U << 20U}},
                      [this](Exchange&, std::string_view piece, TimePoint) {
                        streamed_ += piece;
                        return std::optional<std::size_t>(0);
                      }) {}

  static Request request_to(const std::string& url) {
    Request request;
    request.url = url;
    return request;
  }

  Response response_of(const std::string& response, bool is_streamed = false,
                       bool keeps_response = true) {
    ScriptedServer server(1, [&](int, int connection) { answer_one(connection, response); });
    Request request = request_to(server.url());
    request.is_streamed = is_streamed;
    request.keeps_response = keeps_response;
    streamed_.clear();
    return response_to(request);
  }

  static std::string message(const std::string& status, const std::string& headers,
                             const std::string& body) {
    return "HTTP/1.1 " + status + "\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  std::string streamed_;
};

TEST_P(ResponsesTest, WhatIsCompressedUnaskedIsDecoded) {
  const std::string text(5'000, 'x');
  const std::string compressed = message("200 OK", "Content-Encoding: gzip\r\n", gzip(text));
  EXPECT_EQ(response_of(compressed).body, text);
  const Response streamed = response_of(compressed, true);
  EXPECT_EQ(streamed.transport, TransportError::ok) << streamed.error;
  EXPECT_EQ(streamed_, text);
  EXPECT_EQ(response_of(message("429 Slow", "Content-Encoding: gzip\r\n", gzip(text))).body, text);
}

TEST_P(ResponsesTest, AnEncodingThatIsNotKnownIsNamed) {
  const std::string response = message("200 OK", "Content-Encoding: br\r\n", "....");
  const Response refused = response_of(response);
  EXPECT_EQ(refused.transport, TransportError::malformed);
  EXPECT_NE(refused.error.find("compressed (br)"), std::string::npos) << refused.error;
  // Where nobody reads it, it does not matter.
  EXPECT_EQ(response_of(response, false, false).transport, TransportError::ok);
  EXPECT_EQ(response_of(message("429 Slow", "Content-Encoding: br\r\n", "....")).status, 429);
}

TEST_P(ResponsesTest, BrokenOrCutDataIsNoResponse) {
  const std::string data = gzip(std::string(5'000, 'x'));
  const auto encoded = [](const std::string& body) {
    return message("200 OK", "Content-Encoding: gzip\r\n", body);
  };
  EXPECT_EQ(response_of(encoded("{}")).transport, TransportError::malformed);
  EXPECT_EQ(response_of(encoded(data.substr(0, data.size() - 4))).transport,
            TransportError::malformed);
}

TEST_P(ResponsesTest, TheLongestResponseIsCountedDecoded) {
  const std::string bomb = gzip(std::string(5'000'000, '0'));
  EXPECT_EQ(response_of(message("200 OK", "Content-Encoding: gzip\r\n", bomb)).transport,
            TransportError::too_large);
}

TEST_P(ResponsesTest, OnlyWhatIsReadIsKept) {
  const std::string body(90'000, 'x');
  EXPECT_EQ(response_of(message("200 OK", "", body)).body, body);
  const Response counted = response_of(message("200 OK", "", body), false, false);
  EXPECT_EQ(counted.transport, TransportError::ok);
  EXPECT_EQ(counted.body, "");
  const Response failed = response_of(message("500 Oh", "", body), false, false);
  EXPECT_EQ(failed.status, 500);
  EXPECT_GT(failed.body.size(), 1'000U);
  EXPECT_LT(failed.body.size(), body.size());
}

TEST_P(ResponsesTest, ARedirectTellsWhere) {
  const Response moved =
      response_of(message("308 Moved", "Location: https://other.test/v1\r\n", ""));
  EXPECT_EQ(moved.location, "https://other.test/v1");
  EXPECT_EQ(response_of(message("200 OK", "Location: /here\r\n", "")).location, "");
}

TEST_P(ResponsesTest, EqualLengthsAreOneAndOthersAreAFailure) {
  const std::string twice = message("200 OK", "Content-Length: 2\r\n", "ok");
  EXPECT_EQ(response_of(twice).body, "ok");
  const Response differs = response_of(message("200 OK", "Content-Length: 5\r\n", "ok"));
  EXPECT_NE(differs.transport, TransportError::ok);
}

TEST_P(ResponsesTest, WhatIsNoHttpIsMalformed) {
  for (const char* garbage : {"garbage\r\n\r\n", "{\"choices\":[]}", "SSH-2.0-OpenSSH_9\r\n",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const Response response = response_of(garbage);
    EXPECT_EQ(response.transport, TransportError::malformed) << garbage;
    EXPECT_NE(response.error, "");
  }
}

TEST_P(ResponsesTest, TooLongIsSaidInPacelinesWords) {
  const Response response = response_of(message("200 OK", "", std::string(200'000, 'x')));
  EXPECT_EQ(response.transport, TransportError::too_large);
  EXPECT_NE(response.error.find("100000 bytes, --paceline_max_reply"), std::string::npos)
      << response.error;
}

TEST_P(ResponsesTest, TrailersAreBoundedAsHeadersAre) {
  std::string trailers;
  for (int i = 0; i < 1'000; ++i) trailers += "X-Trailer: " + std::string(1'000, 'y') + "\r\n";
  const Response response =
      response_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + trailers + "\r\n");
  EXPECT_EQ(response.transport, TransportError::malformed) << response.error;
}

TEST_P(ResponsesTest, RequestsNameTheirAgent) {
  std::string head;
  {
    // Its thread has ended before the head is looked at.
    const ScriptedServer server(1, [&](int, int connection) {
      head = read_head(connection);
      [[maybe_unused]] const ssize_t sent =
          send(connection, ok_response, std::string(ok_response).size(), 0);
    });
    response_to(request_to(server.url()));
  }
  EXPECT_NE(head.find("User-Agent: " + user_agent() + "\r\n"), std::string::npos) << head;
}

PACELINE_OVER_EVERY_TRANSPORT(ResponsesTest);

}  // namespace
}  // namespace paceline
