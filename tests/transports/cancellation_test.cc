// Requests that the client cancels on purpose: what the server sees, and what comes after.

#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "byte_server.h"
#include "http2_peer.h"
#include "many_requests.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

/// Far more than a test lasts.
constexpr std::chrono::seconds endless{300};

ClientOptions cancelling(std::chrono::milliseconds after, std::size_t parallel) {
  return {.parallel = parallel, .connection = {.timeout = endless}, .cancel_after = after};
}

class CancellationTest : public TransportTest, protected ManyRequests {
 protected:
  explicit CancellationTest(std::chrono::milliseconds after = 50ms)
      : ManyRequests(GetParam(), cancelling(after, 3)), after_(after) {}

  /// Sends a request that is cancelled, unless it ends before.
  void send_for_a_while(const std::string& name, const std::string& url) {
    Exchange* exchange = client_.acquire();
    ASSERT_NE(exchange, nullptr);
    exchange->request = {};
    exchange->request.url = url;
    exchange->request.name = name;
    client_.send(*exchange);
    client_.cancel_later(*exchange);
    // However late the loop is, the request leaves before the cancellation.
    client_.flush();
  }

  /// Waits for what a server sets.
  void wait_until(const std::atomic<bool>& is_set) {
    while (!is_set) {
      loop::Timer tick(loop_, [this] { loop_.stop(); });
      tick.start(1ms);
      loop_.run();
    }
  }

  void expect_ok(const std::string& name) {
    EXPECT_EQ(wait_for(name).body, "ok") << responses_[name].error_text;
    EXPECT_EQ(responses_[name].error, TransportError::ok);
  }

  void expect_cancelled(const std::string& name) {
    const Response& response = wait_for(name);
    EXPECT_EQ(response.error, TransportError::cancelled);
    EXPECT_EQ(response.error_code, ErrorCode::cancelled);
    EXPECT_EQ(response.error_text, "cancelled after " + std::to_string(after_.count()) + " ms");
    EXPECT_GE(response.done - response.sent, after_);
  }

 private:
  std::chrono::milliseconds after_;
};

TEST_P(CancellationTest, TheServerSeesTheEndAtOnceAndTheNextRequestIsWell) {
  for (const bool has_begun : {false, true}) {
    std::atomic<bool> was_seen = false;
    {
      ScriptServer server(wire(), 2, [&](int number, ScriptedConnection& connection) {
        if (number == 0) {
          answer_one(connection, ok_script());
          connection.hear();
          if (has_begun) connection.play(half_script(ResponseEnd::held));
          connection.wait_for_cancel();
          was_seen = true;
        }
        answer_all(connection, ok_script());
      });
      const std::string run = has_begun ? "begun, " : "silent, ";
      // Opens the connection.
      send(run + "before", server.url());
      expect_ok(run + "before");
      send_for_a_while(run + "held", server.url());
      expect_cancelled(run + "held");
      wait_until(was_seen);
      send(run + "after", server.url());
      expect_ok(run + "after");
    }
  }
}

PACELINE_OVER_EVERY_TRANSPORT(CancellationTest);

class LateCancellationTest : public CancellationTest {
 protected:
  LateCancellationTest() : CancellationTest(500ms) {}
};

TEST_P(LateCancellationTest, AResponseThatEndsEarlierIsWhole) {
  ScriptServer server(wire(), 3, [](int, ScriptedConnection& connection) {
    while (const auto request = connection.hear()) {
      connection.play(request->path == "/held" ? half_script(ResponseEnd::held) : ok_script());
      if (request->path == "/held") connection.wait_for_cancel();
    }
  });
  send_for_a_while("early", server.url());
  expect_ok("early");
  // The exchange of the first one has its whole time again.
  send_for_a_while("held", server.url() + "held");
  expect_cancelled("held");
  EXPECT_EQ(responses_["held"].status, 200);
  // It may also carry a request that is not to be cancelled.
  send("last", server.url());
  expect_ok("last");
}

PACELINE_OVER_EVERY_TRANSPORT(LateCancellationTest);

class Http2CancellationTest : public CancellationTest {};

TEST_P(Http2CancellationTest, ResetsOnlyItsStream) {
  constexpr int rounds = 4;
  std::atomic<int> connections = 0;
  std::atomic<int> resets = 0;
  std::atomic<int> wrong_codes = 0;
  const bool is_curl = kind_of(GetParam()) == TransportKind::curl;
  {
    ByteServer server(wire(), 5, [&, is_curl](int, ByteStream& stream) {
      ++connections;
      Http2Peer peer(stream);
      peer.send(frames::response(peer.hear()));
      const std::int32_t slow = peer.hear();
      peer.send(frames::headers(slow, frames::status(200)) + frames::data(slow, "be"));
      for (int round = 0; round < rounds; ++round) {
        // Nothing at all comes for this one.
        const std::int32_t silent = peer.hear();
        if (silent == 0) return;
        // libcurl sends the reset with the next frame, and chooses another code.
        while (is_curl && !peer.errors.contains(silent) && peer.send(frames::ping())) {
          peer.listen(5ms);
        }
        if (is_curl || peer.wait_for(frames::reset_type, silent)) ++resets;
        if (!is_curl && peer.errors[silent] != frames::cancel) ++wrong_codes;
      }
      peer.send(frames::data(slow, "gun", frames::end_stream));
      while (const std::int32_t next = peer.hear()) peer.send(frames::response(next));
    });
    send("first", server.url());
    expect_ok("first");
    send("slow", server.url());
    client_.flush();
    for (int round = 0; round < rounds; ++round) {
      const std::string name = "silent " + std::to_string(round);
      send_for_a_while(name, server.url());
      expect_cancelled(name);
      EXPECT_EQ(responses_[name].status, 0);
    }
    EXPECT_EQ(wait_for("slow").body, "begun") << responses_["slow"].error_text;
    send("after", server.url());
    expect_ok("after");
  }
  EXPECT_EQ(connections, 1);
  EXPECT_EQ(resets, rounds);
  EXPECT_EQ(wrong_codes, 0);
}

PACELINE_OVER_HTTP_2(Http2CancellationTest);

}  // namespace
}  // namespace paceline::http
