// What send() promises, and what a transport refuses.

#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/transport.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <string>

#include "../unit/test_loop.h"
#include "byte_server.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class SendTest : public ClientFixture {
 protected:
  SendTest() : ClientFixture({.parallel = 1, .connection = {.timeout = 5s}}) {}

  /// Whether the client called back from inside send().
  bool calls_back_inside(const std::string& url) {
    Exchange* exchange = client_.acquire();
    exchange->request = Request{};
    exchange->request.url = url;
    done_ = false;
    client_.send(*exchange);
    const bool called_back = done_;
    while (!done_) loop_.run_once();
    EXPECT_NE(exchange->response.error, TransportError::ok) << url;
    EXPECT_FALSE(exchange->response.error_text.empty()) << url;
    client_.release(*exchange);
    return called_back;
  }
};

TEST_P(SendTest, AFailureIsToldFromTheLoop) {
  for (const char* url : {"http://127.0.0.1:1/", "http://[::1]:1/", "http://not a host/",
                          "ftp://127.0.0.1/", "https://127.0.0.1:1/", ""}) {
    EXPECT_FALSE(calls_back_inside(url)) << url;
  }
}

TEST_P(SendTest, ARefusedConnectionNamesTheAddress) {
  const Response response = get(in_scheme("http://127.0.0.1:1/"));
  EXPECT_EQ(response.error, TransportError::connect_failed);
  EXPECT_EQ(response.error_code, ErrorCode::connect_failed);
  EXPECT_EQ(response.error_text, "cannot connect to 127.0.0.1 port 1: Connection refused");
}

PACELINE_OVER_EVERY_TRANSPORT(SendTest);

/// Unsets the proxy variables after the test.
class NoProxyTest : public TransportTest {
 protected:
  NoProxyTest() {
    for (const char* variable : {"http_proxy", "https_proxy"}) {
      setenv(variable, "http://127.0.0.1:1", 1);
    }
    setenv("no_proxy", "127.0.0.1", 1);
  }
  ~NoProxyTest() override {
    for (const char* variable : {"http_proxy", "https_proxy", "no_proxy"}) unsetenv(variable);
  }
};

TEST_P(NoProxyTest, AHostOfNoProxyIsAskedDirectly) {
  ScriptServer server(wire(), 1, answers(ok_script()));
  TestLoop loop;
  bool done = false;
  Client client(loop, over_wire({.parallel = 1, .connection = {.timeout = 5s}}), transport(),
                [&done](Exchange&) { done = true; });
  Exchange* exchange = client.acquire();
  exchange->request.url = server.url();
  client.send(*exchange);
  while (!done) loop.run_once();
  EXPECT_EQ(exchange->response.body, "ok") << exchange->response.error_text;
  client.release(*exchange);
}

PACELINE_OVER_EVERY_TRANSPORT(NoProxyTest);

class CurlSendTest : public SendTest {};

TEST_P(CurlSendTest, AUserInTheUrlIsSent) {
  std::promise<HeardRequest> heard;
  ScriptServer server(wire(), 1, [&heard](int, ScriptedConnection& connection) {
    heard.set_value(connection.hear().value_or(HeardRequest{}));
    connection.play(ok_script());
  });
  std::string url = server.url();
  url.insert(url.find("//") + 2, "user:word@");
  EXPECT_EQ(get(url).body, "ok");
  EXPECT_EQ(heard.get_future().get().header("authorization"), "Basic dXNlcjp3b3Jk");
}

PACELINE_OVER(CurlSendTest, Variant::curl_http, Variant::curl_https_1, Variant::curl_https_2);

class DirectSendTest : public SendTest {};

TEST_P(DirectSendTest, WhatItCannotCarryIsAnError) {
  for (const char* url : {"http://user@127.0.0.1:1/", "http://[fe80::1%25eth0]:1/"}) {
    const Response response = get(in_scheme(url));
    EXPECT_EQ(response.error, TransportError::other);
    EXPECT_EQ(response.error_code, ErrorCode::not_carried) << response.error_text;
  }
}

TEST_P(DirectSendTest, AProxyInForceIsAnError) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  TestLoop loop;
  bool done = false;
  Client client(loop, {.parallel = 1, .connection = {.timeout = 5s}}, transport(),
                [&done](Exchange&) { done = true; });
  unsetenv("http_proxy");
  Exchange* exchange = client.acquire();
  exchange->request.url = "http://127.0.0.1:1/";
  client.send(*exchange);
  while (!done) loop.run_once();
  EXPECT_EQ(exchange->response.error_code, ErrorCode::not_carried);
  EXPECT_NE(exchange->response.error_text.find("does not use proxies"), std::string::npos)
      << exchange->response.error_text;
  client.release(*exchange);
}

PACELINE_OVER(DirectSendTest, Variant::direct, Variant::direct_https_1);

}  // namespace
}  // namespace paceline::http
