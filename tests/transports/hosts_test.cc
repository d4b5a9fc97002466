// Requests to hosts given by name.

#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/resolver.h>
#include <paceline/http/transport.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "../unit/paceline/http/staged_lookup.h"
#include "../unit/test_loop.h"
#include "byte_server.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class HostsTest : public TransportTest {
 protected:
  explicit HostsTest(std::chrono::milliseconds timeout = 5s) {
    client_ = std::make_unique<Client>(
        loop_,
        over_wire({.parallel = 4, .connection = {.timeout = timeout}, .resolver = resolver_}),
        transport(), [this](Exchange& exchange) {
          responses_[exchange.request.name] = exchange.response;
          client_->release(exchange);
        });
  }

  /// A server's URL under a name.
  static std::string named(const std::string& url) {
    return in_scheme("http://api.test" + url.substr(url.rfind(':')));
  }

  void send(const std::string& name, const std::string& url) {
    Exchange* exchange = client_->acquire();
    exchange->request.url = url;
    exchange->request.name = name;
    client_->send(*exchange);
  }

  Response get(const std::string& url) {
    responses_.erase("only");
    send("only", url);
    while (!responses_.contains("only")) loop_.run_once();
    return responses_["only"];
  }

  TestLoop loop_;
  StagedLookup lookup_;
  std::shared_ptr<Resolver> resolver_ = Resolver::make(1h, lookup_.function());
  std::map<std::string, Response> responses_;
  std::unique_ptr<Client> client_;
};

TEST_P(HostsTest, ANameIsLookedUpOnceForAll) {
  ScriptServer server(wire(), 4, answers(ok_script()));
  lookup_.hold();
  for (const char* name : {"one", "two", "three"}) send(name, named(server.url()));
  lookup_.answer(Addresses{"127.0.0.1"});
  while (responses_.size() < 3) loop_.run_once();
  for (const auto& [name, response] : responses_)
    EXPECT_EQ(response.body, "ok") << response.error_text;
  EXPECT_EQ(get(named(server.url())).body, "ok");
  EXPECT_EQ(lookup_.count(), 1);
}

TEST_P(HostsTest, AllItsAddressesAreTried) {
  ScriptServer server(wire(), 1, answers(ok_script()));
  lookup_.answer(Addresses{"127.0.0.9", "127.0.0.1"});
  EXPECT_EQ(get(named(server.url())).body, "ok");
}

TEST_P(HostsTest, WhatCannotBeFoundIsASentence) {
  lookup_.answer(fail(ErrorCode::lookup_failed, "there is no such host"));
  const Response response = get(in_scheme("http://api.test:1/"));
  EXPECT_EQ(response.error, TransportError::connect_failed);
  EXPECT_EQ(response.error_code, ErrorCode::lookup_failed);
  EXPECT_EQ(response.error_text, "there is no such host");
}

TEST_P(HostsTest, AfterAFailedConnectItIsLookedUpAgain) {
  ScriptServer server(wire(), 1, answers(ok_script()));
  lookup_.answer(Addresses{"127.0.0.9"});
  EXPECT_EQ(get(named(server.url())).error, TransportError::connect_failed);
  lookup_.answer(Addresses{"127.0.0.1"});
  while (get(named(server.url())).error != TransportError::ok) {
  }
  EXPECT_GE(lookup_.count(), 2);
}

TEST_P(HostsTest, AKeptConnectionDoesNotOutliveTheHostsMove) {
  ScriptServer server(
      wire(), 1, [](int, ScriptedConnection& connection) { answer_all(connection, ok_script()); });
  lookup_.answer(Addresses{"127.0.0.1"});
  EXPECT_EQ(get(named(server.url())).body, "ok");
  lookup_.answer(Addresses{"127.0.0.9"});
  resolver_->refresh(Clock::now() + 2h);
  // libcurl counts a connection's age in seconds.
  while (get(named(server.url())).error == TransportError::ok) {
  }
  EXPECT_EQ(responses_["only"].error, TransportError::connect_failed);
}

PACELINE_OVER_EVERY_TRANSPORT(HostsTest);

class SilentDnsTest : public HostsTest {
 protected:
  SilentDnsTest() : HostsTest(200ms) { lookup_.hold(); }
};

TEST_P(SilentDnsTest, ARequestTimesOutWhileOthersGoOn) {
  ScriptServer server(wire(), 4, answers(ok_script()));
  send("silent", in_scheme("http://api.test:1/"));
  EXPECT_EQ(get(server.url()).body, "ok");
  EXPECT_FALSE(responses_.contains("silent"));
  while (!responses_.contains("silent")) loop_.run_once();
  EXPECT_EQ(responses_["silent"].error, TransportError::timed_out);
  EXPECT_EQ(responses_["silent"].error_code, ErrorCode::lookup_timed_out);
  EXPECT_NE(responses_["silent"].error_text.find("no address of api.test"), std::string::npos)
      << responses_["silent"].error_text;
  EXPECT_EQ(get(server.url()).body, "ok");
  // Neither does the client's end wait for it.
  send("cut off", in_scheme("http://api.test:1/"));
  client_.reset();
}

PACELINE_OVER_EVERY_TRANSPORT(SilentDnsTest);

class ProxyHostTest : public HostsTest {
 protected:
  static constexpr char variable[] = "http_proxy";
  ~ProxyHostTest() override { unsetenv(variable); }
};

TEST_P(ProxyHostTest, AProxysNameIsLookedUpAndNotTheHosts) {
  ByteServer proxy(Wire::http_1, 1,
                   [](int, ByteStream& stream) { answer_one(stream, ok_response); });
  setenv(variable, named(proxy.url()).c_str(), 1);
  Client client(loop_, {.parallel = 1, .connection = {.timeout = 5s}, .resolver = resolver_},
                transport(),
                [this](Exchange& exchange) { responses_["proxied"] = exchange.response; });
  lookup_.answer(Addresses{"127.0.0.1"});
  Exchange* exchange = client.acquire();
  exchange->request.url = "http://hidden.test/";
  client.send(*exchange);
  while (!responses_.contains("proxied")) loop_.run_once();
  EXPECT_EQ(responses_["proxied"].body, "ok") << responses_["proxied"].error_text;
  EXPECT_EQ(lookup_.count(), 1);
}

TEST_P(ProxyHostTest, AProxyThatRefusesATunnelIsAFailedConnect) {
  ByteServer proxy(Wire::http_1, 1, [](int, ByteStream& stream) {
    answer_one(stream, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
  });
  setenv("https_proxy", proxy.url().c_str(), 1);
  Client client(loop_, {.parallel = 1, .connection = {.timeout = 5s}, .resolver = resolver_},
                transport(),
                [this](Exchange& exchange) { responses_["proxied"] = exchange.response; });
  Exchange* exchange = client.acquire();
  exchange->request.url = "https://hidden.test/";
  client.send(*exchange);
  while (!responses_.contains("proxied")) loop_.run_once();
  unsetenv("https_proxy");
  EXPECT_EQ(responses_["proxied"].error, TransportError::connect_failed);
}

PACELINE_OVER(ProxyHostTest, Variant::curl_http);

}  // namespace
}  // namespace paceline::http
