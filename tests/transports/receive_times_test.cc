#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/transport.h>

#include <chrono>
#include <string_view>
#include <thread>

#include "../unit/test_loop.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class ReceiveTimesTest : public TransportTest {
 protected:
  Exchange& send(bool is_streamed = false) {
    Exchange& exchange = *client_.acquire();
    exchange.request.url = server_.url();
    exchange.request.is_streamed = is_streamed;
    done_ = false;
    client_.send(exchange);
    client_.flush();
    return exchange;
  }

  Response receive(Exchange& exchange) {
    while (!done_) loop_.run_once();
    Response response = exchange.response;
    client_.release(exchange);
    return response;
  }

  /// The connection is made, and the kernel begins to take notes a little later.
  void warm_up() {
    receive(send());
    std::this_thread::sleep_for(50ms);
    receive(send());
  }

  /// Each response comes a little after its request, so that no transport reads it while it still
  /// sends.
  ScriptServer server_{wire(), 1, [](int, ScriptedConnection& connection) {
                         while (connection.hear()) {
                           std::this_thread::sleep_for(20ms);
                           connection.play(ok_script());
                         }
                       }};
  TestLoop loop_;
  bool done_ = false;
  Client client_{loop_, over_wire({.parallel = 1, .connection = {.timeout = 5s}}), transport(),
                 [this](Exchange&) { done_ = true; },
                 [](Exchange&, std::string_view, TimePoint) { return true; }};
};

TEST_P(ReceiveTimesTest, LeaveOutHowLongTheClientWasBusy) {
#ifndef SO_TIMESTAMPNS
  GTEST_SKIP() << "this system takes no note of when bytes come";
#endif
  warm_up();
  Exchange& exchange = send();
  std::this_thread::sleep_for(400ms);
  const TimePoint no_longer_busy = Clock::now();
  const Response response = receive(exchange);
  ASSERT_EQ(response.error, TransportError::ok) << response.error_text;
  EXPECT_LT(response.done, no_longer_busy);
  EXPECT_GE(response.first_byte, response.sent);
  EXPECT_GE(response.done, response.first_byte);
}

PACELINE_OVER_EVERY_TRANSPORT(ReceiveTimesTest);

class DeferredReadsTest : public ReceiveTimesTest {};

TEST_P(DeferredReadsTest, ResponsesCanWaitWhoseTimesAreNoted) {
#ifndef SO_TIMESTAMPNS
  GTEST_SKIP() << "this system takes no note of when bytes come";
#endif
  Exchange& first = send();
  EXPECT_FALSE(client_.can_defer_reads()) << "it connects, which nobody notes";
  receive(first);
  warm_up();
  Exchange& noted = send();
  EXPECT_TRUE(client_.can_defer_reads());
  receive(noted);
  Exchange& streamed = send(true);
  EXPECT_FALSE(client_.can_defer_reads()) << "each piece has a time";
  receive(streamed);
  EXPECT_TRUE(client_.can_defer_reads());
}

PACELINE_OVER_HTTP_1(DeferredReadsTest);

class Http2ReadsTest : public ReceiveTimesTest {};

TEST_P(Http2ReadsTest, NoResponseOverHttp2CanWait) {
  warm_up();
  for (int i = 0; i < 3; ++i) {
    Exchange& exchange = send();
    EXPECT_FALSE(client_.can_defer_reads());
    receive(exchange);
  }
}

PACELINE_OVER_HTTP_2(Http2ReadsTest);

}  // namespace
}  // namespace paceline::http
