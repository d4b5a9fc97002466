#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/transport.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "../unit/test_loop.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t memory_limit = 1U << 20U;

class MemoryTest : public TransportTest {
 protected:
  void send(const std::string& url, bool is_streamed = false) {
    Exchange* exchange = client_.acquire();
    exchange->request.url = url;
    exchange->request.is_streamed = is_streamed;
    client_.send(*exchange);
  }

  void wait_for_all() {
    while (client_.in_flight() > 0) loop_.run_once();
  }

  TestLoop loop_;
  std::map<std::string, Response> responses_;
  /// Bytes that each response's body still took when it was read.
  std::map<std::string, std::size_t> capacities_;
  /// What each piece of a stream adds to what is held.
  std::size_t held_of_piece_ = 0;
  std::map<const Exchange*, std::size_t> held_;
  Client client_{
      loop_,
      over_wire(
          {.parallel = 3,
           .connection = {.timeout = 30s, .max_response = 100U << 20U, .memory = memory_limit}}),
      transport(),
      [this](Exchange& exchange) {
        responses_[exchange.request.url] = exchange.response;
        capacities_[exchange.request.url] = exchange.response.body.capacity();
        client_.release(exchange);
      },
      [this](Exchange& exchange, std::string_view, TimePoint) {
        return std::optional<std::size_t>(held_[&exchange] += held_of_piece_);
      }};
};

/// Sends that many bytes of a body, then waits until the client gives up.
ScriptServer::Part begins_with(std::size_t length) {
  return [length](int, ScriptedConnection& connection) {
    answer_one(
        connection,
        {.body = {{std::string(length, 'x')}}, .length = 1U << 30U, .end = ResponseEnd::held});
    connection.wait_for_cancel();
  };
}

TEST_P(MemoryTest, BeyondItTheLongestFailsAndTheOthersLive) {
  ScriptServer longest(wire(), 1, begins_with(700'000));
  send(longest.url());
  // Until it is all there.
  for (int i = 0; i < 50; ++i) {
    loop::Timer wait(loop_, [this] { loop_.stop(); });
    wait.start(2ms);
    loop_.run();
  }
  const std::string body(400'000, 'y');
  ScriptServer other(wire(), 1, answers(response_with(200, body)));
  send(other.url());
  wait_for_all();
  const Response& failed = responses_[longest.url()];
  EXPECT_EQ(failed.error, TransportError::too_large);
  EXPECT_EQ(failed.error_code, ErrorCode::memory_exceeded) << failed.error_text;
  EXPECT_LT(capacities_[longest.url()], 100U);
  EXPECT_EQ(responses_[other.url()].error, TransportError::ok)
      << responses_[other.url()].error_text;
  EXPECT_EQ(responses_[other.url()].body, body);
}

TEST_P(MemoryTest, OneAloneThatIsTooMuchFails) {
  ScriptServer server(wire(), 1, begins_with(3'000'000));
  send(server.url());
  wait_for_all();
  EXPECT_EQ(responses_[server.url()].error, TransportError::too_large);
  EXPECT_LT(capacities_[server.url()], 100U);
}

TEST_P(MemoryTest, WhatAStreamsReaderHoldsCounts) {
  held_of_piece_ = memory_limit + 1;
  ScriptServer server(wire(), 1, begins_with(10));
  send(server.url(), true);
  wait_for_all();
  EXPECT_EQ(responses_[server.url()].error, TransportError::too_large);
}

TEST_P(MemoryTest, WhatHasEndedCountsNoMore) {
  const std::string body(600'000, 'y');
  for (int i = 0; i < 5; ++i) {
    ScriptServer server(wire(), 1, answers(response_with(200, body)));
    send(server.url());
    wait_for_all();
    EXPECT_EQ(responses_[server.url()].error, TransportError::ok);
  }
}

PACELINE_OVER_EVERY_TRANSPORT(MemoryTest);

}  // namespace
}  // namespace paceline::http
