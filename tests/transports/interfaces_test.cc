// Which addresses connections leave from.

#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/host_addresses.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../unit/test_loop.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

class InterfacesTest : public TransportTest {
 protected:
  static ClientOptions from(Names interfaces, bool reuses = true) {
    return {.parallel = 4,
            .connection = {.timeout = 5s, .reuses = reuses, .interfaces = std::move(interfaces)}};
  }

  static std::string port_of(const ScriptServer& server) {
    const std::string url = server.url();
    return url.substr(url.rfind(':') + 1, url.size() - url.rfind(':') - 2);
  }

  static Response get(const std::string& url, const ClientOptions& options) {
    ClientOnLoop client(GetParam(), options);
    return client.get(in_scheme(url));
  }
};

TEST_P(InterfacesTest, ConnectionsTakeThemInTurn) {
  ScriptServer server(wire(), 6, answers(ok_script()));
  ClientOnLoop client(GetParam(), from({"127.0.0.2", "127.0.0.3", "127.0.0.4"}, false));
  for (int i = 0; i < 6; ++i) {
    const Response response = client.get(server.url());
    EXPECT_EQ(response.body, "ok") << response.error_text;
  }
  EXPECT_EQ(server.peers(),
            (Names{"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.2", "127.0.0.3", "127.0.0.4"}));
}

TEST_P(InterfacesTest, EachServerHasItsTurns) {
  ScriptServer one(wire(), 2, answers(ok_script()));
  ScriptServer other(wire(), 2, answers(ok_script()));
  ClientOnLoop client(GetParam(), from({"127.0.0.2", "127.0.0.3"}, false));
  for (int i = 0; i < 2; ++i) {
    for (const ScriptServer* server : {&one, &other}) {
      const Response response = client.get(server->url());
      EXPECT_EQ(response.body, "ok") << response.error_text;
    }
  }
  EXPECT_EQ(one.peers(), (Names{"127.0.0.2", "127.0.0.3"}));
  EXPECT_EQ(other.peers(), (Names{"127.0.0.2", "127.0.0.3"}));
}

TEST_P(InterfacesTest, AnAddressThatFailedKeepsTheTurn) {
  ScriptServer server(wire(), 4, answers(ok_script()));
  const std::string port = port_of(server);
  ClientOptions options = from({"127.0.0.2", "127.0.0.3"}, false);
  // Nothing listens on the first address.
  options.connection.host_addresses = {
      *parse_host_addresses("api.test:" + port + ":127.0.0.9,127.0.0.1")};
  ClientOnLoop client(GetParam(), options);
  for (int i = 0; i < 4; ++i) {
    const Response response = client.get(in_scheme("http://api.test:" + port + "/"));
    EXPECT_EQ(response.body, "ok") << response.error_text;
  }
  EXPECT_EQ(server.peers(), (Names{"127.0.0.2", "127.0.0.3", "127.0.0.2", "127.0.0.3"}));
}

TEST_P(InterfacesTest, AnInterfaceHasAName) {
  ScriptServer server(wire(), 1, answers(ok_script()));
  const Response response = get(server.url(), from({"lo"}));
  EXPECT_EQ(response.body, "ok") << response.error_text;
  EXPECT_EQ(server.peers(), Names{"127.0.0.1"});
}

TEST_P(InterfacesTest, AddressesOfTheOtherFamilyAreLeftOut) {
  ScriptServer server(wire(), 2, answers(ok_script()));
  const std::string port = port_of(server);
  ClientOptions options = from({"127.0.0.2"});
  options.connection.host_addresses = {
      *parse_host_addresses("api.test:" + port + ":[::1],127.0.0.1,[::2]")};
  const Response response = get("http://api.test:" + port + "/", options);
  EXPECT_EQ(response.body, "ok") << response.error_text;
  EXPECT_EQ(server.peers(), Names{"127.0.0.2"});
  options.connection.host_addresses = {*parse_host_addresses("api.test:1:127.0.0.1,[::1]")};
  EXPECT_EQ(get("http://api.test:1/", options).error_text,
            kind_of(GetParam()) == TransportKind::curl
                ? "cannot connect to api.test port 1 from 127.0.0.2: Connection refused"
                : "cannot connect to 127.0.0.1 port 1 from 127.0.0.2: Connection refused");
}

TEST_P(InterfacesTest, AHostOfTheOtherFamilyIsASentence) {
  ClientOptions options = from({"127.0.0.2", "127.0.0.3"});
  options.connection.host_addresses = {*parse_host_addresses("api.test:81:[::1],[::2]")};
  const Response response = get("http://api.test:81/", options);
  EXPECT_EQ(response.error, TransportError::connect_failed);
  EXPECT_EQ(response.error_code, ErrorCode::interface_of_other_family);
  EXPECT_EQ(response.error_text,
            "cannot connect to api.test port 81 from 127.0.0.2 and 1 more: the host has only IPv6 "
            "addresses, and the source has only IPv4");
  EXPECT_EQ(get("http://[::1]:81/", from({"127.0.0.2"})).error_code,
            ErrorCode::interface_of_other_family);
}

TEST_P(InterfacesTest, AnAddressOfAnotherMachineIsASentence) {
  const Response response = get("http://127.0.0.1:1/", from({"127.0.0.2", "203.0.113.9"}));
  EXPECT_EQ(response.error, TransportError::other);
  EXPECT_EQ(response.error_code, ErrorCode::interface_unusable);
  EXPECT_EQ(response.error_text, "203.0.113.9 is not an address of this machine");
}

/// Requests that are sent at once.
class ManyFromInterfacesTest : public InterfacesTest {
 protected:
  void make(const ClientOptions& options) {
    client_ = std::make_unique<Client>(
        loop_, over_wire(options), transport(),
        [this](Exchange& exchange) {
          EXPECT_EQ(exchange.response.error, TransportError::ok) << exchange.response.error_text;
          client_->release(exchange);
        },
        Client::OnPiece{}, [this](const ConnectTimes&) { ++opened_; });
  }

  void get_at_once(const std::string& url, std::size_t requests) {
    for (std::size_t i = 0; i < requests; ++i) {
      Exchange* exchange = client_->acquire();
      exchange->request.url = url;
      client_->send(*exchange);
    }
    while (client_->in_flight() > 0) loop_.run_once();
  }

  TestLoop loop_;
  int opened_ = 0;
  std::unique_ptr<Client> client_;
};

TEST_P(ManyFromInterfacesTest, KeptConnectionsAreUsedAgainAndShareThemEvenly) {
  constexpr std::size_t many = 20;
  ScriptServer server(wire(), 2 * many, [](int, ScriptedConnection& connection) {
    answer_all(connection, ok_script());
  });
  ClientOptions options = from({"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"});
  options.parallel = many;
  make(options);
  Exchange* exchange = client_->acquire();
  exchange->request.url = server.url();
  client_->open_ahead(*exchange, many);
  client_->release(*exchange);
  while (client_->is_opening_ahead()) loop_.run_once();
  // Each round needs other numbers of connections than the one before.
  for (const std::size_t requests : {many, many / 4, std::size_t{1}, many / 2, many}) {
    get_at_once(server.url(), requests);
  }
  const Names peers = server.peers();
  // The server may accept connections that the client did not wait for.
  EXPECT_LE(peers.size(), many);
  EXPECT_EQ(opened_, static_cast<int>(peers.size()));
  if (is_http_2()) return;
  ASSERT_EQ(peers.size(), many);
  for (const std::string& name : options.connection.interfaces) {
    EXPECT_EQ(std::count(peers.begin(), peers.end(), name), many / 4) << name;
  }
}

PACELINE_OVER_EVERY_TRANSPORT(InterfacesTest);
PACELINE_OVER_EVERY_TRANSPORT(ManyFromInterfacesTest);

using ProxyFromInterfacesTest = InterfacesTest;

TEST_P(ProxyFromInterfacesTest, TheyLeadToTheProxy) {
  ByteServer proxy(Wire::http_1, 2,
                   [](int, ByteStream& stream) { answer_one(stream, ok_response); });
  setenv("http_proxy", proxy.url().c_str(), 1);
  ClientOnLoop client(GetParam(), from({"127.0.0.2", "127.0.0.3"}, false));
  // The connections to the proxy have one row of turns.
  for (const char* url : {"http://192.0.2.7/", "http://192.0.2.8/"}) {
    const Response response = client.get(url);
    EXPECT_EQ(response.body, "ok") << response.error_text;
  }
  unsetenv("http_proxy");
  EXPECT_EQ(proxy.peers(), (Names{"127.0.0.2", "127.0.0.3"}));
}

PACELINE_OVER(ProxyFromInterfacesTest, Variant::curl_http);

}  // namespace
}  // namespace paceline::http
