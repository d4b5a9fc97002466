// TLS sessions that later connections resume.

#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/transport.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "../unit/test_loop.h"
#include "byte_server.h"
#include "http1_connection.h"
#include "http2_connection.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class SessionsTest : public TransportTest {
 protected:
  /// A client of its own for each request, as a program has for each run.
  static void get(const TransportFactory& transport, const std::string& url, bool reuses) {
    TestLoop loop;
    Client client(loop, over_wire({.parallel = 1, .connection = {.timeout = 5s, .reuses = reuses}}),
                  transport, [&loop](Exchange&) { loop.stop(); });
    Exchange* exchange = client.acquire();
    exchange->request.url = url;
    client.send(*exchange);
    loop.run();
    EXPECT_EQ(exchange->response.body, "ok") << exchange->response.error_text;
  }

  /// Answers until the client disconnects, and notes whether the connection resumes a session.
  void play(ByteStream& stream) {
    {
      const std::lock_guard lock(mutex_);
      resumed_.push_back(stream.is_resumed());
    }
    if (is_http_2()) {
      Http2Connection connection(stream);
      answer_all(connection, ok_script());
    } else {
      Http1Connection connection(stream);
      answer_all(connection, ok_script());
    }
  }

  std::vector<bool> resumed() {
    const std::lock_guard lock(mutex_);
    return resumed_;
  }

 private:
  std::mutex mutex_;
  std::vector<bool> resumed_;
};

TEST_P(SessionsTest, LaterConnectionsOfTheProgramResumeThem) {
  ByteServer server(wire(), 3, [this](int, ByteStream& stream) { play(stream); });
  const TransportFactory factory = transport();
  for (int i = 0; i < 3; ++i) get(factory, server.url(), true);
  EXPECT_EQ(resumed(), (std::vector<bool>{false, true, true}));
}

TEST_P(SessionsTest, AnotherServerHasItsOwn) {
  ByteServer first(wire(), 2, [this](int, ByteStream& stream) { play(stream); });
  ByteServer second(wire(), 1, [this](int, ByteStream& stream) { play(stream); });
  const TransportFactory factory = transport();
  get(factory, first.url(), true);
  get(factory, second.url(), true);
  get(factory, first.url(), true);
  EXPECT_EQ(resumed(), (std::vector<bool>{false, false, true}));
}

TEST_P(SessionsTest, WithoutReuseNoneIsResumed) {
  ByteServer server(wire(), 2, [this](int, ByteStream& stream) { play(stream); });
  const TransportFactory factory = transport();
  for (int i = 0; i < 2; ++i) get(factory, server.url(), false);
  EXPECT_EQ(resumed(), (std::vector<bool>{false, false}));
}

PACELINE_OVER(SessionsTest, Variant::curl_https_1, Variant::curl_https_2, Variant::direct_https_1,
              Variant::direct_https_2);

}  // namespace
}  // namespace paceline::http
