// Requests that are sent in one row leave together.

#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "many_requests.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class FlushTest : public TransportTest, protected ManyRequests {
 protected:
  static constexpr int row = 3;

  FlushTest() : ManyRequests(GetParam(), {.parallel = row, .connection = {.timeout = 5s}}) {}

  void send_row(const std::string& round, const std::string& url) {
    for (int i = 0; i < row; ++i) send(round + std::to_string(i), url);
  }
  void wait_for_row(const std::string& round) {
    for (int i = 0; i < row; ++i) {
      const Response& response = wait_for(round + std::to_string(i));
      EXPECT_EQ(response.body, "ok") << response.error_text;
    }
  }
};

TEST_P(FlushTest, ARowLeavesInOneCall) {
  std::atomic<int> heard = 0;
  ScriptServer server(wire(), row, [&heard](int, ScriptedConnection& connection) {
    while (connection.hear()) {
      ++heard;
      // In HTTP/1.1, each request of the first row has a connection of its own.
      while (!is_http_2() && heard < row) connection.pause(1ms);
      connection.play(ok_script());
    }
  });
  send_row("first", server.url());
  client_.flush();
  wait_for_row("first");
  ASSERT_EQ(heard, row);
  send_row("second", server.url());
  if (kind_of(GetParam()) == TransportKind::curl) {
    // libcurl is called once for all of them.
    std::this_thread::sleep_for(20ms);
    EXPECT_EQ(heard, row);
  }
  client_.flush();
  // The loop does not run meanwhile.
  for (int tries = 0; heard < 2 * row && tries < 5'000; ++tries) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(heard, 2 * row);
  wait_for_row("second");
}

/// For libcurl only: a request over `direct` leaves when it is handed over.
class CurlFlushTest : public FlushTest {};

// The client's own work before a request leaves is not the server's latency. A request that waits
// for its connection counts from the moment it was handed over.
TEST_P(CurlFlushTest, ARequestOnAnOpenConnectionCountsFromItsDeparture) {
  ScriptServer server(wire(), row, [](int, ScriptedConnection& connection) {
    while (connection.hear()) connection.play(ok_script());
  });
  for (const std::string round : {"opening", "open"}) {
    send_row(round, server.url());
    std::this_thread::sleep_for(2ms);
    const TimePoint flushed = Clock::now();
    client_.flush();
    wait_for_row(round);
    for (int i = 0; i < row; ++i) {
      const TimePoint sent = wait_for(round + std::to_string(i)).sent;
      EXPECT_EQ(sent >= flushed, round == "open");
    }
  }
}

// Over TLS, libcurl first waits for the server's choice of the HTTP version.
PACELINE_OVER(FlushTest, Variant::curl_http, Variant::curl_https_2, Variant::direct,
              Variant::direct_https_1, Variant::direct_https_2);
PACELINE_OVER(CurlFlushTest, Variant::curl_http, Variant::curl_https_2);

}  // namespace
}  // namespace paceline::http
