#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/exchange.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "../paceline/http/scripted_server.h"
#include "transport_fixture.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

void say(int connection, const std::string& text) {
  [[maybe_unused]] const ssize_t written = send(connection, text.data(), text.size(), MSG_NOSIGNAL);
}

/// Reads until the client hangs up.
void hear_all(int connection) {
  char heard[4096];
  while (read(connection, heard, sizeof heard) > 0) {
  }
}

void reset_at_close(int connection) {
  const linger at_once{1, 0};
  setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

class ServerBehaviourTest : public ClientFixture {
 protected:
  ServerBehaviourTest()
      : ClientFixture({.parallel = 1, .connection = {.timeout = 1s, .max_reply = 1000}}) {}

  Response post(const std::string& url, const std::string& body) {
    Request request;
    request.method = Method::post;
    request.url = url;
    request.body = body;
    return response_to(request);
  }
};

TEST_P(ServerBehaviourTest, TheServerMayCloseAfterAResponse) {
  for (const char* response :
       {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\n\r\nok",
        ok_response}) {
    ScriptedServer server(3, [response](int, int connection) { answer_one(connection, response); });
    for (int i = 0; i < 3; ++i) {
      const Response got = get(server.url());
      EXPECT_EQ(got.transport, TransportError::ok) << got.error;
      EXPECT_EQ(got.status, 200);
      EXPECT_EQ(got.body, "ok");
    }
  }
}

TEST_P(ServerBehaviourTest, AKeptConnectionThatTheServerClosesMeanwhileIsReplaced) {
  ScriptedServer server(2, [](int number, int connection) {
    answer_one(connection, ok_response);
    // Hears the next request, and closes without a word.
    char heard[4096];
    if (number == 0 && read(connection, heard, 1) > 0) {
      [[maybe_unused]] const ssize_t rest = read(connection, heard, sizeof heard);
    }
  });
  EXPECT_EQ(get(server.url()).status, 200);
  const Response response = post(server.url(), "again");
  EXPECT_EQ(response.status, 200) << response.error;
}

TEST_P(ServerBehaviourTest, WhatAServerSaysUnaskedIsNotTheNextResponse) {
  ScriptedServer server(2, [](int number, int connection) {
    answer_one(connection, ok_response);
    if (number > 0) return;
    std::this_thread::sleep_for(20ms);
    say(connection, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    hear_all(connection);
  });
  EXPECT_EQ(get(server.url()).status, 200);
  pass(100ms);
  EXPECT_EQ(get(server.url()).status, 200);
}

TEST_P(ServerBehaviourTest, ANewConnectionWithoutAResponseIsAResetAtOnce) {
  std::atomic<int> asked = 0;
  ScriptedServer server(2, [&asked](int number, int connection) {
    ++asked;
    char heard[4096];
    [[maybe_unused]] const ssize_t length = read(connection, heard, sizeof heard);
    if (number > 0) reset_at_close(connection);
  });
  const Response closed = get(server.url());
  EXPECT_EQ(closed.transport, TransportError::reset);
  EXPECT_NE(closed.error.find("without a response"), std::string::npos) << closed.error;
  EXPECT_EQ(get(server.url()).transport, TransportError::reset);
  EXPECT_EQ(asked, 2);
}

TEST_P(ServerBehaviourTest, HalfAResponseIsAResetThatSaysSo) {
  ScriptedServer server(2, [](int number, int connection) {
    answer_one(connection, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    // So that the half is read first.
    std::this_thread::sleep_for(50ms);
    if (number > 0) reset_at_close(connection);
  });
  for (int i = 0; i < 2; ++i) {
    const Response response = get(server.url());
    EXPECT_EQ(response.transport, TransportError::reset);
    EXPECT_NE(response.error.find("before the response's end"), std::string::npos)
        << response.error;
    EXPECT_EQ(response.status, 200);
  }
}

TEST_P(ServerBehaviourTest, AResponseBeforeTheRequestsEndIsTheResponse) {
  // More than the sockets hold, to a server that does not read it.
  ScriptedServer server(2, [](int number, int connection) {
    if (number > 0) return answer_one(connection, ok_response);
    say(connection, "HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nlong");
    std::this_thread::sleep_for(100ms);
  });
  const Response refused = post(server.url(), std::string(32U << 20U, 'x'));
  EXPECT_EQ(refused.status, 413) << refused.error;
  EXPECT_EQ(refused.body, "long");
  // The rest of the long one is not taken for the next.
  EXPECT_EQ(get(server.url()).status, 200);
}

TEST_P(ServerBehaviourTest, AResponseThatTakesTooLongLeavesTheNextRequestWell) {
  ScriptedServer server(2, [](int number, int connection) {
    if (number > 0) return answer_one(connection, ok_response);
    answer_one(connection, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    hear_all(connection);
  });
  const Response late = get(server.url());
  EXPECT_EQ(late.transport, TransportError::timed_out);
  EXPECT_NE(late.error.find("1000 ms"), std::string::npos) << late.error;
  EXPECT_EQ(get(server.url()).body, "ok");
}

TEST_P(ServerBehaviourTest, AResponseInChunksIsPutTogether) {
  ScriptedServer server(1, [](int, int connection) {
    answer_one(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none");
    std::this_thread::sleep_for(20ms);
    say(connection, "\r\n4\r\n two\r\n");
    std::this_thread::sleep_for(20ms);
    say(connection, "0\r\n\r\n");
  });
  const Response response = get(server.url());
  EXPECT_EQ(response.transport, TransportError::ok) << response.error;
  EXPECT_EQ(response.body, "one two");
  EXPECT_LT(response.first_byte, response.done);
  EXPECT_EQ(response.http_version, "HTTP/1.1");
}

TEST_P(ServerBehaviourTest, WhatIsNoHttpIsASentence) {
  ScriptedServer server(
      1, [](int, int connection) { answer_one(connection, "SSH-2.0-OpenSSH_9.2\r\n"); });
  const Response response = get(server.url());
  EXPECT_EQ(response.transport, TransportError::malformed);
  EXPECT_NE(response.error.find("HTTP"), std::string::npos) << response.error;
}

TEST_P(ServerBehaviourTest, AnotherHostHasAConnectionOfItsOwn) {
  ScriptedServer one(2, [](int, int connection) { answer_one(connection, ok_response); });
  ScriptedServer other(2, [](int, int connection) {
    answer_one(connection, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
  });
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(get(one.url()).status, 200);
    EXPECT_EQ(get(other.url()).status, 201);
  }
}

TEST_P(ServerBehaviourTest, ARequestWithoutAResponseHasNoHeadersOfTheOneBefore) {
  std::string url;
  {
    ScriptedServer server(1, [](int, int connection) {
      answer_one(connection,
                 "HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
    });
    url = server.url();
    EXPECT_EQ(get(url).status, 429);
    pass(20ms);
  }
  const Exchange* exchange = nullptr;
  EXPECT_EQ(get(url, &exchange).transport, TransportError::connect_failed);
  EXPECT_EQ(exchange->response.header("Retry-After"), std::nullopt);
}

PACELINE_OVER_EVERY_TRANSPORT(ServerBehaviourTest);

}  // namespace
}  // namespace paceline
