#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "byte_server.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class ServerBehaviourTest : public ClientFixture {
 protected:
  ServerBehaviourTest()
      : ClientFixture({.parallel = 1, .connection = {.timeout = 1s, .max_response = 1000}}) {}
};

TEST_P(ServerBehaviourTest, TheVersionIsTold) {
  ScriptServer server(wire(), 1, answers(ok_script()));
  EXPECT_EQ(get(server.url()).http_version, is_http_2() ? "HTTP/2" : "HTTP/1.1");
}

TEST_P(ServerBehaviourTest, AKeptConnectionThatTheServerClosesMeanwhileIsReplaced) {
  ScriptServer server(wire(), 2, [](int number, ScriptedConnection& connection) {
    answer_one(connection, ok_script());
    // Hears the next request, and closes without a word.
    if (number == 0) connection.hear();
  });
  EXPECT_EQ(get(server.url()).status, 200);
  const Response response = post(server.url(), "again");
  EXPECT_EQ(response.status, 200) << response.error_text;
}

TEST_P(ServerBehaviourTest, ANewConnectionWithoutAResponseIsAResetAtOnce) {
  std::atomic<int> asked = 0;
  ScriptServer server(wire(), 8, [&asked](int number, ScriptedConnection& connection) {
    if (!connection.hear()) return;
    ++asked;
    if (number > 0) connection.reset_connection();
  });
  const Response closed = get(server.url());
  EXPECT_EQ(closed.error, TransportError::reset);
  EXPECT_NE(closed.error_text.find("without a response"), std::string::npos) << closed.error_text;
  EXPECT_EQ(get(server.url()).error, TransportError::reset);
  EXPECT_EQ(asked, 2);
}

TEST_P(ServerBehaviourTest, HalfAResponseIsAResetThatSaysSo) {
  ScriptServer server(wire(), 2, [](int number, ScriptedConnection& connection) {
    ResponseScript script = half_script(number > 0 ? ResponseEnd::reset : ResponseEnd::closed);
    // So that the half is read first.
    script.pause_before_end = 50ms;
    answer_one(connection, script);
  });
  for (int i = 0; i < 2; ++i) {
    const Response response = get(server.url());
    EXPECT_EQ(response.error, TransportError::reset);
    EXPECT_NE(response.error_text.find("before the response's end"), std::string::npos)
        << response.error_text;
    EXPECT_EQ(response.status, 200);
  }
}

TEST_P(ServerBehaviourTest, AResponseBeforeTheRequestsEndIsTheResponse) {
  // More than the sockets hold, to a server that does not read it.
  ScriptServer server(wire(), 2, [](int number, ScriptedConnection& connection) {
    if (number > 0) return answer_one(connection, ok_script());
    connection.hear_head();
    connection.play(response_with(413, "long"));
    connection.pause(100ms);
  });
  const Response refused = post(server.url(), std::string(32U << 20U, 'x'));
  EXPECT_EQ(refused.status, 413) << refused.error_text;
  EXPECT_EQ(refused.body, "long");
  // The rest of the long one is not taken for the next.
  EXPECT_EQ(get(server.url()).status, 200);
}

TEST_P(ServerBehaviourTest, AResponseThatTakesTooLongLeavesTheNextRequestWell) {
  ScriptServer server(wire(), 2, [](int number, ScriptedConnection& connection) {
    if (number > 0) return answer_one(connection, ok_script());
    answer_one(connection, half_script(ResponseEnd::held));
    connection.wait_for_cancel();
  });
  const Response late = get(server.url());
  EXPECT_EQ(late.error, TransportError::timed_out);
  EXPECT_NE(late.error_text.find("1000 ms"), std::string::npos) << late.error_text;
  EXPECT_EQ(get(server.url()).body, "ok");
}

TEST_P(ServerBehaviourTest, AResponseWithoutALengthIsPutTogether) {
  ScriptServer server(
      wire(), 1,
      answers({.body = {{"one"}, {" two", 20ms}}, .has_length = false, .pause_before_end = 20ms}));
  const Response response = get(server.url());
  EXPECT_EQ(response.error, TransportError::ok) << response.error_text;
  EXPECT_EQ(response.body, "one two");
  EXPECT_LT(response.first_byte, response.done);
}

TEST_P(ServerBehaviourTest, InterimResponsesArePassedOver) {
  ScriptServer server(
      wire(), 1, answers({.interim = {{102}, {103, {{"retry-after", "7"}}}}, .body = {{"ok"}}}));
  std::optional<std::string> header;
  const Response response =
      get(server.url(), [&header](const Response& seen) { header = seen.header("Retry-After"); });
  EXPECT_EQ(response.status, 200) << response.error_text;
  EXPECT_EQ(response.body, "ok");
  EXPECT_EQ(header, std::nullopt);
}

TEST_P(ServerBehaviourTest, AnotherHostHasAConnectionOfItsOwn) {
  const auto server_with = [](int status, const std::string& body) {
    return std::make_unique<ScriptServer>(wire(), 2, [=](int, ScriptedConnection& connection) {
      answer_one(connection, response_with(status, body));
    });
  };
  const auto one = server_with(200, "ok");
  const auto other = server_with(201, "");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(get(one->url()).status, 200);
    EXPECT_EQ(get(other->url()).status, 201);
  }
}

TEST_P(ServerBehaviourTest, ARequestWithoutAResponseHasNoHeadersOfTheOneBefore) {
  std::optional<std::string> header;
  const auto look = [&header](const Response& seen) { header = seen.header("Retry-After"); };
  std::string url;
  {
    ScriptServer server(wire(), 1, answers(response_with(429, "", {{"retry-after", "7"}})));
    url = server.url();
    EXPECT_EQ(get(url, look).status, 429);
    EXPECT_EQ(header, "7");
    pass(20ms);
  }
  EXPECT_EQ(get(url, look).error, TransportError::connect_failed);
  EXPECT_EQ(header, std::nullopt);
}

PACELINE_OVER_EVERY_TRANSPORT(ServerBehaviourTest);

/// Tests of how servers use an HTTP/1.1 connection, in raw bytes.
class ServerBytesTest : public ServerBehaviourTest {};

TEST_P(ServerBytesTest, TheServerMayCloseAfterAResponse) {
  for (const char* response :
       {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\n\r\nok",
        ok_response}) {
    ByteServer server(wire(), 3,
                      [response](int, ByteStream& stream) { answer_one(stream, response); });
    for (int i = 0; i < 3; ++i) {
      const Response got = get(server.url());
      EXPECT_EQ(got.error, TransportError::ok) << got.error_text;
      EXPECT_EQ(got.status, 200);
      EXPECT_EQ(got.body, "ok");
    }
  }
}

TEST_P(ServerBytesTest, WhatAServerSaysUnaskedIsNotTheNextResponse) {
  ByteServer server(wire(), 2, [](int number, ByteStream& stream) {
    answer_one(stream, ok_response);
    if (number > 0) return;
    stream.pause(20ms);
    stream.write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    read_all(stream);
  });
  EXPECT_EQ(get(server.url()).status, 200);
  pass(100ms);
  EXPECT_EQ(get(server.url()).status, 200);
}

TEST_P(ServerBytesTest, AResponseInChunksIsPutTogether) {
  ByteServer server(wire(), 1, [](int, ByteStream& stream) {
    answer_one(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none");
    stream.pause(20ms);
    stream.write("\r\n4\r\n two\r\n");
    stream.pause(20ms);
    stream.write("0\r\n\r\n");
  });
  const Response response = get(server.url());
  EXPECT_EQ(response.error, TransportError::ok) << response.error_text;
  EXPECT_EQ(response.body, "one two");
  EXPECT_LT(response.first_byte, response.done);
  EXPECT_EQ(response.http_version, "HTTP/1.1");
}

TEST_P(ServerBytesTest, WhatIsNoHttpIsASentence) {
  ByteServer server(wire(), 1,
                    [](int, ByteStream& stream) { answer_one(stream, "SSH-2.0-OpenSSH_9.2\r\n"); });
  const Response response = get(server.url());
  EXPECT_EQ(response.error, TransportError::malformed);
  EXPECT_NE(response.error_text.find("HTTP"), std::string::npos) << response.error_text;
}

PACELINE_OVER_HTTP_1(ServerBytesTest);

}  // namespace
}  // namespace paceline::http
