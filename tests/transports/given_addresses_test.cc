// Requests to hosts whose addresses the options give.

#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/host_addresses.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "../unit/paceline/http/staged_lookup.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class GivenAddressesTest : public TransportTest {
 protected:
  /// The response to a request to the server under that name, whose addresses are given.
  Response get(const ScriptServer& server, const std::string& name, const std::string& addresses,
               const std::string& port = {}) {
    const std::string url = server.url();
    const std::string of_server = url.substr(url.rfind(':') + 1, url.size() - url.rfind(':') - 2);
    const auto given =
        parse_host_addresses(name + ":" + (port.empty() ? of_server : port) + ":" + addresses);
    if (!given) ADD_FAILURE() << given.error().message;
    ClientOnLoop client(GetParam(), {.connection = {.timeout = 5s, .host_addresses = {*given}},
                                     .resolver = Resolver::make(1h, lookup_.function())});
    return client.get(in_scheme("http://" + name + ":" + of_server + "/"));
  }

  StagedLookup lookup_;
};

TEST_P(GivenAddressesTest, TheHostIsNotLookedUp) {
  ScriptServer server(wire(), 1, answers(ok_script()));
  const Response response = get(server, "api.test", "127.0.0.1");
  EXPECT_EQ(response.body, "ok") << response.error_text;
  EXPECT_EQ(lookup_.count(), 0);
}

TEST_P(GivenAddressesTest, TheAddressesAreTriedInTurn) {
  ScriptServer server(wire(), 1, answers(ok_script()));
  const Response response = get(server, "api.test", "[::1],127.0.0.9,127.0.0.1");
  EXPECT_EQ(response.body, "ok") << response.error_text;
}

TEST_P(GivenAddressesTest, LocalhostMayLeadElsewhere) {
  ScriptServer server(wire(), 1, answers(ok_script()));
  EXPECT_EQ(get(server, "localhost", "127.0.0.9").error, TransportError::connect_failed);
}

TEST_P(GivenAddressesTest, AnotherPortIsLookedUp) {
  ScriptServer server(wire(), 1, answers(ok_script()));
  lookup_.answer(Addresses{"127.0.0.1"});
  const Response response = get(server, "api.test", "127.0.0.9", "1");
  EXPECT_EQ(response.body, "ok") << response.error_text;
  EXPECT_EQ(lookup_.count(), 1);
}

TEST_P(GivenAddressesTest, AnAddressThatRefusesIsASentence) {
  ScriptServer server(wire(), 0, answers(ok_script()));
  const Response response = get(server, "api.test", "127.0.0.9");
  EXPECT_EQ(response.error, TransportError::connect_failed);
  EXPECT_NE(response.error_text.find("Connection refused"), std::string::npos)
      << response.error_text;
  EXPECT_EQ(lookup_.count(), 0);
}

PACELINE_OVER_EVERY_TRANSPORT(GivenAddressesTest);

using GivenProxyTest = GivenAddressesTest;

TEST_P(GivenProxyTest, AProxysAddressMayBeGiven) {
  ByteServer proxy(Wire::http_1, 1,
                   [](int, ByteStream& stream) { answer_one(stream, ok_response); });
  const std::string url = proxy.url();
  const std::string port = url.substr(url.rfind(':') + 1, url.size() - url.rfind(':') - 2);
  setenv("http_proxy", ("http://proxy.test:" + port).c_str(), 1);
  const auto given = parse_host_addresses("proxy.test:" + port + ":127.0.0.1");
  ASSERT_TRUE(given);
  ClientOnLoop client(GetParam(), {.connection = {.timeout = 5s, .host_addresses = {*given}},
                                   .resolver = Resolver::make(1h, lookup_.function())});
  const Response response = client.get("http://hidden.test/");
  unsetenv("http_proxy");
  EXPECT_EQ(response.body, "ok") << response.error_text;
  EXPECT_EQ(lookup_.count(), 0);
}

PACELINE_OVER(GivenProxyTest, Variant::curl_http);

}  // namespace
}  // namespace paceline::http
