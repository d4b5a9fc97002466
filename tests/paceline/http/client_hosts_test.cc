// Requests to hosts given by name, over paceline's own connections and over libcurl.

#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/exchange.h>
#include <paceline/http/resolver.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scripted_server.h"
#include "staged_lookup.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

class ClientHostsTest : public testing::TestWithParam<bool> {
 protected:
  explicit ClientHostsTest(std::chrono::milliseconds timeout = 5s) {
    client_ = std::make_unique<Client>(
        loop_,
        ClientOptions{.parallel = 4, .connection = {.timeout = timeout, .resolver = resolver_}},
        [this](Exchange& exchange) {
          replies_[exchange.request.name] = exchange.reply;
          client_->release(exchange);
        });
  }

  /// A server's URL under a name.
  static std::string named(const std::string& url) {
    return "http://api.test" + url.substr(url.rfind(':'));
  }

  void send(const std::string& name, const std::string& url) {
    Exchange* exchange = client_->acquire();
    exchange->request.url = url;
    exchange->request.name = name;
    // Only libcurl sends such a line.
    if (GetParam()) exchange->request.headers = special_;
    client_->send(*exchange);
  }

  Reply get(const std::string& url) {
    replies_.erase("only");
    send("only", url);
    while (!replies_.contains("only")) loop_.run_once();
    return replies_["only"];
  }

  Loop loop_;
  StagedLookup lookup_;
  std::shared_ptr<Resolver> resolver_ = Resolver::make(1h, lookup_.function());
  std::shared_ptr<const HeaderList> special_ =
      std::make_shared<const HeaderList>(std::vector<std::string>{"Connection: keep-alive"});
  std::map<std::string, Reply> replies_;
  std::unique_ptr<Client> client_;
};

void answer_all(int connection) {
  while (true) {
    if (read_head(connection).empty()) return;
    [[maybe_unused]] const ssize_t sent =
        ::send(connection, ok_reply, std::string(ok_reply).size(), MSG_NOSIGNAL);
  }
}

TEST_P(ClientHostsTest, ANameIsLookedUpOnceForAll) {
  ScriptedServer server(4, [](int, int connection) { answer_one(connection, ok_reply); });
  lookup_.hold();
  for (const char* name : {"one", "two", "three"}) send(name, named(server.url()));
  lookup_.answer({{"127.0.0.1"}, {}});
  while (replies_.size() < 3) loop_.run_once();
  for (const auto& [name, reply] : replies_) EXPECT_EQ(reply.body, "ok") << reply.error;
  EXPECT_EQ(get(named(server.url())).body, "ok");
  EXPECT_EQ(lookup_.count(), 1);
}

TEST_P(ClientHostsTest, AllItsAddressesAreTried) {
  ScriptedServer server(1, [](int, int connection) { answer_one(connection, ok_reply); });
  lookup_.answer({{"127.0.0.9", "127.0.0.1"}, {}});
  EXPECT_EQ(get(named(server.url())).body, "ok");
}

TEST_P(ClientHostsTest, WhatCannotBeFoundIsASentence) {
  lookup_.answer({{}, "there is no such host"});
  const Reply reply = get("http://api.test:1/");
  EXPECT_EQ(reply.transport, Transport::connect_failed);
  EXPECT_EQ(reply.error, "there is no such host");
}

TEST_P(ClientHostsTest, AfterAFailedConnectItIsLookedUpAgain) {
  ScriptedServer server(1, [](int, int connection) { answer_one(connection, ok_reply); });
  lookup_.answer({{"127.0.0.9"}, {}});
  EXPECT_EQ(get(named(server.url())).transport, Transport::connect_failed);
  lookup_.answer({{"127.0.0.1"}, {}});
  while (get(named(server.url())).transport != Transport::ok) {
  }
  EXPECT_GE(lookup_.count(), 2);
}

TEST_P(ClientHostsTest, AKeptConnectionDoesNotOutliveTheHostsMove) {
  ScriptedServer server(1, [](int, int connection) { answer_all(connection); });
  lookup_.answer({{"127.0.0.1"}, {}});
  EXPECT_EQ(get(named(server.url())).body, "ok");
  lookup_.answer({{"127.0.0.9"}, {}});
  resolver_->refresh(Clock::now() + 2h);
  // libcurl counts a connection's age in seconds.
  while (get(named(server.url())).transport == Transport::ok) {
  }
  EXPECT_EQ(replies_["only"].transport, Transport::connect_failed);
}

INSTANTIATE_TEST_SUITE_P(, ClientHostsTest, testing::Bool(),
                         [](const auto& libcurl) { return libcurl.param ? "Libcurl" : "Plain"; });

class SilentDnsTest : public ClientHostsTest {
 protected:
  SilentDnsTest() : ClientHostsTest(200ms) { lookup_.hold(); }
};

TEST_P(SilentDnsTest, ARequestTimesOutWhileOthersGoOn) {
  ScriptedServer server(4, [](int, int connection) { answer_one(connection, ok_reply); });
  send("silent", "http://api.test:1/");
  EXPECT_EQ(get(server.url()).body, "ok");
  EXPECT_FALSE(replies_.contains("silent"));
  while (!replies_.contains("silent")) loop_.run_once();
  EXPECT_EQ(replies_["silent"].transport, Transport::timed_out);
  EXPECT_NE(replies_["silent"].error.find("no address of api.test"), std::string::npos)
      << replies_["silent"].error;
  EXPECT_EQ(get(server.url()).body, "ok");
  // Neither does the client's end wait for it.
  send("cut off", "http://api.test:1/");
  client_.reset();
}

INSTANTIATE_TEST_SUITE_P(, SilentDnsTest, testing::Bool(),
                         [](const auto& libcurl) { return libcurl.param ? "Libcurl" : "Plain"; });

class ProxyHostTest : public ClientHostsTest {
 protected:
  static constexpr char variable[] = "http_proxy";
  ~ProxyHostTest() override { unsetenv(variable); }
};

TEST_P(ProxyHostTest, AProxysNameIsLookedUpAndNotTheHosts) {
  ScriptedServer proxy(1, [](int, int connection) { answer_one(connection, ok_reply); });
  setenv(variable, named(proxy.url()).c_str(), 1);
  Client client(loop_, {.parallel = 1, .connection = {.timeout = 5s, .resolver = resolver_}},
                [this](Exchange& exchange) { replies_["proxied"] = exchange.reply; });
  lookup_.answer({{"127.0.0.1"}, {}});
  Exchange* exchange = client.acquire();
  exchange->request.url = "http://hidden.test/";
  client.send(*exchange);
  while (!replies_.contains("proxied")) loop_.run_once();
  EXPECT_EQ(replies_["proxied"].body, "ok") << replies_["proxied"].error;
  EXPECT_EQ(lookup_.count(), 1);
}

TEST_P(ProxyHostTest, AProxyThatRefusesATunnelIsAFailedConnect) {
  ScriptedServer proxy(1, [](int, int connection) {
    answer_one(connection, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
  });
  setenv("https_proxy", proxy.url().c_str(), 1);
  Client client(loop_, {.parallel = 1, .connection = {.timeout = 5s, .resolver = resolver_}},
                [this](Exchange& exchange) { replies_["proxied"] = exchange.reply; });
  Exchange* exchange = client.acquire();
  exchange->request.url = "https://hidden.test/";
  client.send(*exchange);
  while (!replies_.contains("proxied")) loop_.run_once();
  unsetenv("https_proxy");
  EXPECT_EQ(replies_["proxied"].transport, Transport::connect_failed);
}

INSTANTIATE_TEST_SUITE_P(, ProxyHostTest, testing::Values(true));

}  // namespace
}  // namespace paceline
