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

#include "client_fixture.h"
#include "scripted_server.h"

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

class PlainConnectionTest : public ClientFixture {
 protected:
  PlainConnectionTest()
      : ClientFixture({.parallel = 1, .connection = {.timeout = 1s, .max_reply = 1000}}) {}

  Reply post(const std::string& url, const std::string& body) {
    Request request;
    request.method = Method::post;
    request.url = url;
    request.body = body;
    return reply_to(request);
  }
};

TEST_F(PlainConnectionTest, TheServerMayCloseAfterAReply) {
  for (const char* reply :
       {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\n\r\nok", ok_reply}) {
    ScriptedServer server(3, [reply](int, int connection) { answer_one(connection, reply); });
    for (int i = 0; i < 3; ++i) {
      const Reply got = get(server.url());
      EXPECT_EQ(got.transport, Transport::ok) << got.error;
      EXPECT_EQ(got.status, 200);
      EXPECT_EQ(got.body, "ok");
    }
  }
}

TEST_F(PlainConnectionTest, AKeptConnectionThatTheServerClosesMeanwhileIsReplaced) {
  ScriptedServer server(2, [](int number, int connection) {
    answer_one(connection, ok_reply);
    // Hears the next request, and closes without a word.
    char heard[4096];
    if (number == 0 && read(connection, heard, 1) > 0) {
      [[maybe_unused]] const ssize_t rest = read(connection, heard, sizeof heard);
    }
  });
  EXPECT_EQ(get(server.url()).status, 200);
  const Reply reply = post(server.url(), "again");
  EXPECT_EQ(reply.status, 200) << reply.error;
}

TEST_F(PlainConnectionTest, WhatAServerSaysUnaskedIsNotTheNextReply) {
  ScriptedServer server(2, [](int number, int connection) {
    answer_one(connection, ok_reply);
    if (number > 0) return;
    std::this_thread::sleep_for(20ms);
    say(connection, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    hear_all(connection);
  });
  EXPECT_EQ(get(server.url()).status, 200);
  pass(100ms);
  EXPECT_EQ(get(server.url()).status, 200);
}

TEST_F(PlainConnectionTest, ANewConnectionWithoutAReplyIsAResetAtOnce) {
  std::atomic<int> asked = 0;
  ScriptedServer server(2, [&asked](int number, int connection) {
    ++asked;
    char heard[4096];
    [[maybe_unused]] const ssize_t length = read(connection, heard, sizeof heard);
    if (number > 0) reset_at_close(connection);
  });
  const Reply closed = get(server.url());
  EXPECT_EQ(closed.transport, Transport::reset);
  EXPECT_NE(closed.error.find("without a reply"), std::string::npos) << closed.error;
  EXPECT_EQ(get(server.url()).transport, Transport::reset);
  EXPECT_EQ(asked, 2);
}

TEST_F(PlainConnectionTest, HalfAReplyIsAResetThatSaysSo) {
  ScriptedServer server(2, [](int number, int connection) {
    answer_one(connection, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    // So that the half is read first.
    std::this_thread::sleep_for(50ms);
    if (number > 0) reset_at_close(connection);
  });
  for (int i = 0; i < 2; ++i) {
    const Reply reply = get(server.url());
    EXPECT_EQ(reply.transport, Transport::reset);
    EXPECT_NE(reply.error.find("before the reply's end"), std::string::npos) << reply.error;
    EXPECT_EQ(reply.status, 200);
  }
}

TEST_F(PlainConnectionTest, AReplyBeforeTheRequestsEndIsTheReply) {
  // More than the sockets hold, to a server that does not read it.
  ScriptedServer server(2, [](int number, int connection) {
    if (number > 0) return answer_one(connection, ok_reply);
    say(connection, "HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nlong");
    std::this_thread::sleep_for(100ms);
  });
  const Reply refused = post(server.url(), std::string(32U << 20U, 'x'));
  EXPECT_EQ(refused.status, 413) << refused.error;
  EXPECT_EQ(refused.body, "long");
  // The rest of the long one is not taken for the next.
  EXPECT_EQ(get(server.url()).status, 200);
}

TEST_F(PlainConnectionTest, AReplyThatTakesTooLongLeavesTheNextRequestWell) {
  ScriptedServer server(2, [](int number, int connection) {
    if (number > 0) return answer_one(connection, ok_reply);
    answer_one(connection, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    hear_all(connection);
  });
  const Reply late = get(server.url());
  EXPECT_EQ(late.transport, Transport::timed_out);
  EXPECT_NE(late.error.find("1000 ms"), std::string::npos) << late.error;
  EXPECT_EQ(get(server.url()).body, "ok");
}

TEST_F(PlainConnectionTest, AReplyInChunksIsPutTogether) {
  ScriptedServer server(1, [](int, int connection) {
    answer_one(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none");
    std::this_thread::sleep_for(20ms);
    say(connection, "\r\n4\r\n two\r\n");
    std::this_thread::sleep_for(20ms);
    say(connection, "0\r\n\r\n");
  });
  const Reply reply = get(server.url());
  EXPECT_EQ(reply.transport, Transport::ok) << reply.error;
  EXPECT_EQ(reply.body, "one two");
  EXPECT_LT(reply.first_byte, reply.done);
  EXPECT_EQ(reply.http_version, "HTTP/1.1");
}

TEST_F(PlainConnectionTest, WhatIsNoHttpIsASentence) {
  ScriptedServer server(
      1, [](int, int connection) { answer_one(connection, "SSH-2.0-OpenSSH_9.2\r\n"); });
  const Reply reply = get(server.url());
  EXPECT_EQ(reply.transport, Transport::malformed);
  EXPECT_NE(reply.error.find("not HTTP/1.1"), std::string::npos) << reply.error;
}

TEST_F(PlainConnectionTest, AnotherHostHasAConnectionOfItsOwn) {
  ScriptedServer one(2, [](int, int connection) { answer_one(connection, ok_reply); });
  ScriptedServer other(2, [](int, int connection) {
    answer_one(connection, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
  });
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(get(one.url()).status, 200);
    EXPECT_EQ(get(other.url()).status, 201);
  }
}

TEST_F(PlainConnectionTest, ARequestWithoutAReplyHasNoHeadersOfTheOneBefore) {
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
  EXPECT_EQ(get(url, &exchange).transport, Transport::connect_failed);
  EXPECT_EQ(exchange->header("Retry-After"), std::nullopt);
}

TEST_F(PlainConnectionTest, LibcurlSendsWhatIsMoreThanPlain) {
  std::string asked;
  ScriptedServer server(1, [&asked](int, int connection) {
    char heard[4096];
    const ssize_t length = read(connection, heard, sizeof heard);
    asked.assign(heard, length > 0 ? static_cast<std::size_t>(length) : 0);
    say(connection, ok_reply);
  });
  std::string url = server.url();
  url.insert(std::strlen("http://"), "user:word@");
  EXPECT_EQ(get(url).body, "ok");
  EXPECT_NE(asked.find("Authorization: Basic "), std::string::npos) << asked;
}

}  // namespace
}  // namespace paceline
