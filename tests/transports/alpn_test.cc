// Tests of the choice between HTTP/1.1 and HTTP/2 by ALPN.

#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <chrono>

#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

/// A client that prefers HTTP/2.
class AlpnTest : public ClientFixture {
 protected:
  AlpnTest() : ClientFixture({.parallel = 1, .connection = {.timeout = 5s}}) {}
};

TEST_P(AlpnTest, AServerWithoutHttp2IsAskedInHttp1) {
  ScriptServer server(Wire::tls_http_1, 1, answers(ok_script()));
  const Response response = get(server.url());
  EXPECT_EQ(response.body, "ok") << response.error_text;
  EXPECT_EQ(response.http_version, "HTTP/1.1");
}

PACELINE_OVER_HTTP_2(AlpnTest);

}  // namespace
}  // namespace paceline::http
