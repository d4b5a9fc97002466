// Tests of HTTP/2 only: streams that share a connection, GOAWAY, framing.

#include <curl/curl.h>
#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/transport.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "byte_server.h"
#include "http2_connection.h"
#include "many_requests.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class Http2Test : public ClientFixture {
 protected:
  Http2Test() : ClientFixture({.parallel = 1, .connection = {.timeout = 5s}}) {}
};

TEST_P(Http2Test, WhatAGoawayLeavesOutIsSentAgain) {
  std::atomic<int> heard = 0;
  // On each connection but the last, the server's GOAWAY excludes the second request.
  ByteServer server(wire(), 4, [&heard](int number, ByteStream& stream) {
    Http2Connection connection(stream);
    while (connection.hear()) {
      ++heard;
      const int32_t current = connection.current_stream();
      if (number < 3 && current > 1) return connection.go_away(current - 2);
      connection.play(ok_script());
    }
  });
  for (int i = 0; i < 6; ++i) {
    const Response response = get(server.url());
    EXPECT_EQ(response.body, "ok") << response.error_text;
  }
  EXPECT_EQ(heard, 6 + 3);
}

TEST_P(Http2Test, AResetStreamIsNotSentAgainAndLeavesTheConnectionWell) {
  std::atomic<int> heard = 0;
  ScriptServer server(wire(), 1, [&heard](int, ScriptedConnection& connection) {
    while (connection.hear()) {
      connection.play(++heard == 2 ? ResponseScript{.status = 0, .end = ResponseEnd::reset}
                                   : ok_script());
    }
  });
  EXPECT_EQ(get(server.url()).body, "ok");
  const Response response = get(server.url());
  EXPECT_EQ(response.error, TransportError::reset);
  EXPECT_TRUE(response.error_text.starts_with("the server reset the stream without a response"))
      << response.error_text;
  EXPECT_EQ(get(server.url()).body, "ok");
  EXPECT_EQ(heard, 3);
}

TEST_P(Http2Test, ALengthThatIsNotTheBodysIsAReset) {
  for (const std::size_t length : {1U, 5U}) {
    ScriptServer server(wire(), 1, answers({.body = {{"ok"}}, .length = length}));
    const Response response = get(server.url());
    EXPECT_EQ(response.error, TransportError::reset) << response.error_text;
    EXPECT_EQ(response.status, 200);
  }
}

TEST_P(Http2Test, WhatIsNoHttp2IsNoResponse) {
  ByteServer server(wire(), 8, [](int, ByteStream& stream) {
    stream.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    // So that the client reads the GOAWAY first.
    stream.pause(50ms);
  });
  const Response response = get(server.url());
  // libcurl before version 8 closes the connection and reports the close only.
  const bool is_only_closed = GetParam() == Variant::curl_https_2 &&
                              curl_version_info(CURLVERSION_NOW)->version_num < 0x080000;
  EXPECT_EQ(response.error, is_only_closed ? TransportError::reset : TransportError::malformed)
      << response.error_text;
  EXPECT_NE(response.error_text, "");
}

PACELINE_OVER_HTTP_2(Http2Test);

class SharedConnectionTest : public TransportTest, protected ManyRequests {
 protected:
  SharedConnectionTest()
      : ManyRequests(GetParam(), {.parallel = 3, .connection = {.timeout = 2s}}) {}
};

TEST_P(SharedConnectionTest, AStreamThatStopsHoldsUpNoOther) {
  ScriptServer server(wire(), 1, [](int, ScriptedConnection& connection) {
    for (int i = 0; const auto request = connection.hear(); ++i) {
      connection.play(i == 0 ? half_script(ResponseEnd::held) : ok_script());
    }
  });
  send("stopped", server.url());
  for (const char* name : {"second", "third", "fourth"}) {
    send(name, server.url());
    EXPECT_EQ(wait_for(name).body, "ok") << responses_[name].error_text;
  }
  EXPECT_FALSE(has_ended("stopped"));
  EXPECT_EQ(wait_for("stopped").error, TransportError::timed_out);
  send("after", server.url());
  EXPECT_EQ(wait_for("after").body, "ok") << responses_["after"].error_text;
}

PACELINE_OVER_HTTP_2(SharedConnectionTest);

}  // namespace
}  // namespace paceline::http
