// What a response's headers and body may be.

#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/transport.h>

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <string_view>

#include "../unit/paceline/http/compressed.h"
#include "byte_server.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class ResponsesTest : public ClientFixture {
 protected:
  ResponsesTest()
      : ClientFixture({.parallel = 2,
                       .connection = {.timeout = 5s, .max_response = 100'000, .memory = 1U << 20U}},
                      [this](Exchange&, std::string_view piece, TimePoint) {
                        streamed_ += piece;
                        return std::optional<std::size_t>(0);
                      }) {}

  Response response_of(const ResponseScript& script, bool is_streamed = false,
                       bool keeps_response = true) {
    ScriptServer server(wire(), 1, answers(script));
    Request request;
    request.url = server.url();
    request.is_streamed = is_streamed;
    request.keeps_response = keeps_response;
    streamed_.clear();
    return response_to(request);
  }

  std::string streamed_;
};

ResponseScript gzipped(const std::string& data, int status = 200) {
  return response_with(status, data, {{"content-encoding", "gzip"}});
}

TEST_P(ResponsesTest, WhatIsCompressedUnaskedIsDecoded) {
  const std::string text(5'000, 'x');
  EXPECT_EQ(response_of(gzipped(gzip(text))).body, text);
  const Response streamed = response_of(gzipped(gzip(text)), true);
  EXPECT_EQ(streamed.error, TransportError::ok) << streamed.error_text;
  EXPECT_EQ(streamed_, text);
  EXPECT_EQ(response_of(gzipped(gzip(text), 429)).body, text);
  const ResponseScript in_br = response_with(200, brotli(text), {{"content-encoding", "br"}});
  EXPECT_EQ(response_of(in_br).body, text);
  streamed_.clear();
  EXPECT_EQ(response_of(in_br, true).error, TransportError::ok);
  EXPECT_EQ(streamed_, text);
}

TEST_P(ResponsesTest, AnEncodingThatIsNotKnownIsNamed) {
  const HeaderLines headers{{"content-encoding", "zstd"}};
  const ResponseScript script = response_with(200, "....", headers);
  const Response refused = response_of(script);
  EXPECT_EQ(refused.error, TransportError::malformed);
  EXPECT_EQ(refused.error_code, ErrorCode::unwanted_encoding);
  EXPECT_NE(refused.error_text.find("Content-Encoding is zstd"), std::string::npos)
      << refused.error_text;
  // Where nobody reads it, it does not matter.
  EXPECT_EQ(response_of(script, false, false).error, TransportError::ok);
  EXPECT_EQ(response_of(response_with(429, "....", headers)).status, 429);
}

TEST_P(ResponsesTest, BrokenOrCutDataIsNoResponse) {
  const std::string data = gzip(std::string(5'000, 'x'));
  EXPECT_EQ(response_of(gzipped("{}")).error, TransportError::malformed);
  EXPECT_EQ(response_of(gzipped(data.substr(0, data.size() - 4))).error, TransportError::malformed);
}

TEST_P(ResponsesTest, TheLongestResponseIsCountedDecoded) {
  const std::string bomb = gzip(std::string(5'000'000, '0'));
  EXPECT_EQ(response_of(gzipped(bomb)).error, TransportError::too_large);
  EXPECT_EQ(response_of(response_with(200, brotli(std::string(5'000'000, '0')),
                                      {{"content-encoding", "br"}}))
                .error,
            TransportError::too_large);
}

TEST_P(ResponsesTest, OnlyWhatIsReadIsKept) {
  const std::string body(90'000, 'x');
  EXPECT_EQ(response_of(response_with(200, body)).body, body);
  const Response counted = response_of(response_with(200, body), false, false);
  EXPECT_EQ(counted.error, TransportError::ok);
  EXPECT_EQ(counted.body, "");
  const Response failed = response_of(response_with(500, body), false, false);
  EXPECT_EQ(failed.status, 500);
  EXPECT_GT(failed.body.size(), 1'000U);
  EXPECT_LT(failed.body.size(), body.size());
}

TEST_P(ResponsesTest, ARedirectTellsWhere) {
  const Response moved =
      response_of(response_with(308, "", {{"location", "https://other.test/v1"}}));
  EXPECT_EQ(moved.location, "https://other.test/v1");
  EXPECT_EQ(response_of(response_with(200, "", {{"location", "/here"}})).location, "");
}

TEST_P(ResponsesTest, TooLongIsSaidInPacelinesWords) {
  const Response response = response_of(response_with(200, std::string(200'000, 'x')));
  EXPECT_EQ(response.error, TransportError::too_large);
  EXPECT_EQ(response.error_code, ErrorCode::response_too_large);
  EXPECT_EQ(response.error_text, "the response is longer than 100000 bytes");
}

TEST_P(ResponsesTest, HeadersOfManyKilobytesAreRead) {
  HeaderLines headers;
  for (int i = 0; i < 40; ++i) headers.emplace_back("x-more", std::string(1'000, 'y'));
  headers.emplace_back("x-last", "here");
  ScriptServer server(wire(), 1, answers(response_with(200, "ok", headers)));
  std::string last;
  const Response response = get(
      server.url(), [&last](const Response& seen) { last = seen.header("X-Last").value_or(""); });
  EXPECT_EQ(response.body, "ok") << response.error_text;
  EXPECT_EQ(last, "here");
}

TEST_P(ResponsesTest, HeadersAreBounded) {
  HeaderLines headers;
  for (int i = 0; i < 1'000; ++i) headers.emplace_back("x-more", std::string(1'000, 'y'));
  const Response response = response_of(response_with(200, "ok", headers));
  EXPECT_EQ(response.error, TransportError::malformed) << response.error_text;
}

// libcurl 7.88 takes trailers of HTTP/2 for headers, unless the connection is closed after them.
TEST_P(ResponsesTest, TrailersAreNoHeaders) {
  const ResponseScript script{.headers = {{"x-both", "head"}},
                              .body = {{"ok"}},
                              .has_length = false,
                              .trailers = {{"x-both", "late"}, {"x-trailer", "late"}}};
  ScriptServer server(wire(), 1,
                      [&script](int, ScriptedConnection& to) { answer_all(to, script); });
  // The second response shows that the first one's trailers are forgotten.
  for (int i = 0; i < 2; ++i) {
    std::optional<std::string> trailer;
    std::optional<std::string> both;
    const Response response = get(server.url(), [&](const Response& seen) {
      trailer = seen.header("X-Trailer");
      both = seen.header("X-Both");
    });
    EXPECT_EQ(response.error, TransportError::ok) << response.error_text;
    EXPECT_EQ(response.body, "ok");
    EXPECT_EQ(trailer, std::nullopt);
    EXPECT_EQ(both, "head");
  }
}

TEST_P(ResponsesTest, TrailersAreBoundedAsHeadersAre) {
  ResponseScript script{.has_length = false};
  for (int i = 0; i < 1'000; ++i) {
    script.trailers.emplace_back("x-trailer", std::string(1'000, 'y'));
  }
  const Response response = response_of(script);
  EXPECT_EQ(response.error, TransportError::malformed) << response.error_text;
}

TEST_P(ResponsesTest, RequestsNameTheirAgent) {
  std::promise<HeardRequest> heard;
  ScriptServer server(wire(), 1, [&heard](int, ScriptedConnection& connection) {
    heard.set_value(connection.hear().value_or(HeardRequest{}));
    connection.play(ok_script());
  });
  EXPECT_EQ(get(server.url()).body, "ok");
  EXPECT_EQ(heard.get_future().get().header("user-agent"), user_agent());
}

PACELINE_OVER_EVERY_TRANSPORT(ResponsesTest);

/// Tests of HTTP/1.1 framing, with responses in raw bytes.
class ResponseBytesTest : public ResponsesTest {
 protected:
  Response response_of(const std::string& bytes) {
    ByteServer server(wire(), 1, [&](int, ByteStream& stream) { answer_one(stream, bytes); });
    return get(server.url());
  }
};

TEST_P(ResponseBytesTest, EqualLengthsAreOneAndOthersAreAFailure) {
  const auto with_lengths = [](const char* one, const char* other) {
    return std::string("HTTP/1.1 200 OK\r\nContent-Length: ") + one +
           "\r\nContent-Length: " + other + "\r\n\r\nok";
  };
  EXPECT_EQ(response_of(with_lengths("2", "2")).body, "ok");
  EXPECT_NE(response_of(with_lengths("5", "2")).error, TransportError::ok);
  EXPECT_NE(response_of(with_lengths("2", "5")).error, TransportError::ok);
}

TEST_P(ResponseBytesTest, WhatIsNoHttpIsMalformed) {
  for (const char* garbage : {"garbage\r\n\r\n", "{\"choices\":[]}", "SSH-2.0-OpenSSH_9\r\n",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const Response response = response_of(garbage);
    EXPECT_EQ(response.error, TransportError::malformed) << garbage;
    EXPECT_NE(response.error_text, "");
  }
}

PACELINE_OVER_HTTP_1(ResponseBytesTest);

}  // namespace
}  // namespace paceline::http
