// Requests without reuse of connections.

#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "../unit/test_loop.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class ReuseTest : public ClientFixture {
 protected:
  ReuseTest() : ClientFixture({.parallel = 2, .connection = {.timeout = 5s, .reuses = false}}) {}

  /// Plays the script on each connection, and notes the header Connection of its request and
  /// whether the client then closes.
  ScriptServer::Part noting(ResponseScript script) {
    return [this, script](int, ScriptedConnection& connection) {
      const auto request = connection.hear();
      if (!request) return;
      connection.play(script);
      const bool has_ended = !connection.hear().has_value();
      const std::lock_guard lock(mutex_);
      headers_.push_back(request->header("connection"));
      ended_ += has_ended ? 1 : 0;
    };
  }

  std::mutex mutex_;
  std::vector<std::optional<std::string>> headers_;
  int ended_ = 0;
};

TEST_P(ReuseTest, EachRequestHasAConnectionThatIsClosedAfterwards) {
  {
    ScriptServer server(wire(), 3, noting(ok_script()));
    for (int i = 0; i < 3; ++i) {
      const Response response = get(server.url());
      EXPECT_EQ(response.error, TransportError::ok) << response.error_text;
      EXPECT_EQ(response.body, "ok");
    }
    const auto all_ended = [this] {
      const std::lock_guard lock(mutex_);
      return headers_.size() == 3;
    };
    while (!all_ended()) pass(1ms);
  }
  EXPECT_EQ(ended_, 3);
  // HTTP/2 has no such header.
  const auto expected = is_http_2() ? std::nullopt : std::optional<std::string>("close");
  EXPECT_EQ(headers_, std::vector(3, expected));
}

TEST_P(ReuseTest, PostsAndGetsMayAlternate) {
  ScriptServer server(wire(), 4, [](int, ScriptedConnection& connection) {
    if (const auto request = connection.hear()) {
      connection.play(response_with(200, request->method + " " + request->body));
    }
  });
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(post(server.url(), "body").body, "POST body");
    EXPECT_EQ(get(server.url()).body, "GET ");
  }
}

TEST_P(ReuseTest, ARequestInFlightSharesItsConnectionWithNone) {
  ScriptServer server(wire(), 2, [](int number, ScriptedConnection& connection) {
    if (!connection.hear()) return;
    connection.play(number == 0 ? half_script(ResponseEnd::held) : ok_script());
    connection.hear();
  });
  Exchange* held = client_.acquire();
  held->request.url = server.url();
  client_.send(*held);
  // The first connection is the held request's.
  while (held->response.first_byte == TimePoint::max()) loop_.run_once();
  EXPECT_EQ(get(server.url()).body, "ok");
}

TEST_P(ReuseTest, AServerThatClosesUnansweredIsAReset) {
  ScriptServer server(wire(), 2, [](int number, ScriptedConnection& connection) {
    if (!connection.hear()) return;
    if (number > 0) connection.play(ok_script());
  });
  EXPECT_EQ(get(server.url()).error, TransportError::reset);
  EXPECT_EQ(get(server.url()).body, "ok");
}

PACELINE_OVER_EVERY_TRANSPORT(ReuseTest);

}  // namespace
}  // namespace paceline::http
