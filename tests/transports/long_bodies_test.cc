#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/transport.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class LongBodiesTest : public ClientFixture {
 protected:
  LongBodiesTest()
      : ClientFixture({.parallel = 1, .connection = {.timeout = 60s}},
                      [this](Exchange&, std::string_view piece, TimePoint) {
                        if (streamed_ == 0) std::this_thread::sleep_for(100ms);
                        streamed_ += piece.size();
                        return std::optional<std::size_t>(0);
                      }) {}

  std::size_t streamed_ = 0;
};

TEST_P(LongBodiesTest, ALongBodyComesBackAsItWasSent) {
  ScriptServer server(wire(), 1, [](int, ScriptedConnection& connection) {
    while (const auto request = connection.hear()) {
      connection.play(response_with(200, request->body));
    }
  });
  std::string body(3U << 20U, 'x');
  for (std::size_t i = 0; i < body.size(); i += 1'000) body[i] = static_cast<char>('a' + i % 26);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(post(server.url(), body).body == body);
}

// libcurl's window for a stream of HTTP/2 is up to 32 MiB.
TEST_P(LongBodiesTest, AResponseLongerThanAnyWindowComesWholeToABusyClient) {
  ResponseScript script;
  for (int i = 0; i < 40; ++i) script.body.push_back({std::string(1U << 20U, 'x')});
  ScriptServer server(wire(), 1, answers(script));
  Request request;
  request.url = server.url();
  request.is_streamed = true;
  const Response response = response_to(request);
  EXPECT_EQ(response.error, TransportError::ok) << response.error_text;
  EXPECT_EQ(streamed_, script.body_size());
}

PACELINE_OVER_EVERY_TRANSPORT(LongBodiesTest);

}  // namespace
}  // namespace paceline::http
