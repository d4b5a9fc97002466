// What a reply's headers and body may be, on connections of paceline's own and by libcurl.

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

#include "client_fixture.h"
#include "compressed.h"
#include "scripted_server.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

enum class By { plain, libcurl };

class ClientReplyTest : public ClientFixture, public testing::WithParamInterface<By> {
 protected:
  ClientReplyTest()
      : ClientFixture({.parallel = 2,
                       .connection = {.timeout = 5s, .max_reply = 100'000, .memory = 1U << 20U}},
                      [this](Exchange&, std::string_view piece, TimePoint) {
                        streamed_ += piece;
                        return std::optional<std::size_t>(0);
                      }) {}

  Request request_to(const std::string& url) const {
    Request request;
    request.url = url;
    // It changes how requests are sent, which only libcurl can.
    const std::vector<std::string> special{"Connection: keep-alive"};
    if (GetParam() == By::libcurl) request.headers = std::make_shared<const HeaderList>(special);
    return request;
  }

  Reply reply_of(const std::string& reply, bool is_streamed = false, bool keeps_response = true) {
    ScriptedServer server(1, [&](int, int connection) { answer_one(connection, reply); });
    Request request = request_to(server.url());
    request.is_streamed = is_streamed;
    request.keeps_response = keeps_response;
    streamed_.clear();
    return reply_to(request);
  }

  static std::string message(const std::string& status, const std::string& headers,
                             const std::string& body) {
    return "HTTP/1.1 " + status + "\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  std::string streamed_;
};

TEST_P(ClientReplyTest, WhatIsCompressedUnaskedIsDecoded) {
  const std::string text(5'000, 'x');
  const std::string compressed = message("200 OK", "Content-Encoding: gzip\r\n", gzip(text));
  EXPECT_EQ(reply_of(compressed).body, text);
  const Reply streamed = reply_of(compressed, true);
  EXPECT_EQ(streamed.transport, Transport::ok) << streamed.error;
  EXPECT_EQ(streamed_, text);
  EXPECT_EQ(reply_of(message("429 Slow", "Content-Encoding: gzip\r\n", gzip(text))).body, text);
}

TEST_P(ClientReplyTest, AnEncodingThatIsNotKnownIsNamed) {
  const std::string reply = message("200 OK", "Content-Encoding: br\r\n", "....");
  const Reply refused = reply_of(reply);
  EXPECT_EQ(refused.transport, Transport::malformed);
  EXPECT_NE(refused.error.find("compressed (br)"), std::string::npos) << refused.error;
  // Where nobody reads it, it does not matter.
  EXPECT_EQ(reply_of(reply, false, false).transport, Transport::ok);
  EXPECT_EQ(reply_of(message("429 Slow", "Content-Encoding: br\r\n", "....")).status, 429);
}

TEST_P(ClientReplyTest, BrokenOrCutDataIsNoReply) {
  const std::string data = gzip(std::string(5'000, 'x'));
  const auto encoded = [](const std::string& body) {
    return message("200 OK", "Content-Encoding: gzip\r\n", body);
  };
  EXPECT_EQ(reply_of(encoded("{}")).transport, Transport::malformed);
  EXPECT_EQ(reply_of(encoded(data.substr(0, data.size() - 4))).transport, Transport::malformed);
}

TEST_P(ClientReplyTest, TheLongestReplyIsCountedDecoded) {
  const std::string bomb = gzip(std::string(5'000'000, '0'));
  EXPECT_EQ(reply_of(message("200 OK", "Content-Encoding: gzip\r\n", bomb)).transport,
            Transport::too_large);
}

TEST_P(ClientReplyTest, OnlyWhatIsReadIsKept) {
  const std::string body(90'000, 'x');
  EXPECT_EQ(reply_of(message("200 OK", "", body)).body, body);
  const Reply counted = reply_of(message("200 OK", "", body), false, false);
  EXPECT_EQ(counted.transport, Transport::ok);
  EXPECT_EQ(counted.body, "");
  const Reply failed = reply_of(message("500 Oh", "", body), false, false);
  EXPECT_EQ(failed.status, 500);
  EXPECT_GT(failed.body.size(), 1'000U);
  EXPECT_LT(failed.body.size(), body.size());
}

TEST_P(ClientReplyTest, ARedirectTellsWhere) {
  const Reply moved = reply_of(message("308 Moved", "Location: https://other.test/v1\r\n", ""));
  EXPECT_EQ(moved.location, "https://other.test/v1");
  EXPECT_EQ(reply_of(message("200 OK", "Location: /here\r\n", "")).location, "");
}

TEST_P(ClientReplyTest, EqualLengthsAreOneAndOthersAreAFailure) {
  const std::string twice = message("200 OK", "Content-Length: 2\r\n", "ok");
  EXPECT_EQ(reply_of(twice).body, "ok");
  const Reply differs = reply_of(message("200 OK", "Content-Length: 5\r\n", "ok"));
  EXPECT_NE(differs.transport, Transport::ok);
}

TEST_P(ClientReplyTest, WhatIsNoHttpIsMalformed) {
  for (const char* garbage : {"garbage\r\n\r\n", "{\"choices\":[]}", "SSH-2.0-OpenSSH_9\r\n",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const Reply reply = reply_of(garbage);
    EXPECT_EQ(reply.transport, Transport::malformed) << garbage;
    EXPECT_NE(reply.error, "");
  }
}

TEST_P(ClientReplyTest, TooLongIsSaidInPacelinesWords) {
  const Reply reply = reply_of(message("200 OK", "", std::string(200'000, 'x')));
  EXPECT_EQ(reply.transport, Transport::too_large);
  EXPECT_NE(reply.error.find("100000 bytes, --paceline_max_reply"), std::string::npos)
      << reply.error;
}

TEST_P(ClientReplyTest, TrailersAreBoundedAsHeadersAre) {
  std::string trailers;
  for (int i = 0; i < 1'000; ++i) trailers += "X-Trailer: " + std::string(1'000, 'y') + "\r\n";
  const Reply reply =
      reply_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + trailers + "\r\n");
  EXPECT_EQ(reply.transport, Transport::malformed) << reply.error;
}

TEST_P(ClientReplyTest, RequestsNameTheirAgent) {
  std::string head;
  {
    // Its thread has ended before the head is looked at.
    const ScriptedServer server(1, [&](int, int connection) {
      head = read_head(connection);
      [[maybe_unused]] const ssize_t sent =
          send(connection, ok_reply, std::string(ok_reply).size(), 0);
    });
    reply_to(request_to(server.url()));
  }
  EXPECT_NE(head.find("User-Agent: " + user_agent() + "\r\n"), std::string::npos) << head;
}

INSTANTIATE_TEST_SUITE_P(, ClientReplyTest, testing::Values(By::plain, By::libcurl),
                         [](const auto& by) {
                           return by.param == By::plain ? "Plain" : "Libcurl";
                         });

}  // namespace
}  // namespace paceline
