#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/exchange.h>
#include <sys/socket.h>

#include <chrono>
#include <string_view>
#include <thread>

#include "scripted_server.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

class ReplyTimes : public testing::Test {
 protected:
  Exchange& send(bool is_streamed = false) {
    Exchange& exchange = *client_.acquire();
    exchange.request.url = server_.url();
    exchange.request.is_streamed = is_streamed;
    done_ = false;
    client_.send(exchange);
    return exchange;
  }

  Reply receive(Exchange& exchange) {
    while (!done_) loop_.run_once();
    Reply reply = exchange.reply;
    client_.release(exchange);
    return reply;
  }

  /// The connection is made, and the kernel begins to take notes a little later.
  void warm_up() {
    receive(send());
    std::this_thread::sleep_for(50ms);
    receive(send());
  }

  ScriptedServer server_{1, [](int, int connection) {
                           for (int i = 0; i < 10; ++i) answer_one(connection, ok_reply);
                         }};
  Loop loop_;
  bool done_ = false;
  Client client_{loop_,
                 {.parallel = 1, .connection = {.timeout = 5s}},
                 [this](Exchange&) { done_ = true; },
                 [](Exchange&, std::string_view, TimePoint) { return true; }};
};

TEST_F(ReplyTimes, LeaveOutHowLongTheClientWasBusy) {
#ifndef SO_TIMESTAMPNS
  GTEST_SKIP() << "this system takes no note of when bytes come";
#endif
  warm_up();
  Exchange& exchange = send();
  std::this_thread::sleep_for(400ms);
  const Reply reply = receive(exchange);
  ASSERT_EQ(reply.transport, Transport::ok) << reply.error;
  EXPECT_LT(reply.done - reply.sent, 200ms);
  EXPECT_LT(reply.first_byte - reply.sent, 200ms);
  EXPECT_GE(reply.first_byte, reply.sent);
  EXPECT_GE(reply.done, reply.first_byte);
}

TEST_F(ReplyTimes, RepliesCanWaitWhoseTimesAreNoted) {
#ifndef SO_TIMESTAMPNS
  GTEST_SKIP() << "this system takes no note of when bytes come";
#endif
  Exchange& first = send();
  EXPECT_FALSE(client_.replies_can_wait()) << "it connects, which nobody notes";
  receive(first);
  warm_up();
  Exchange& noted = send();
  EXPECT_TRUE(client_.replies_can_wait());
  receive(noted);
  Exchange& streamed = send(true);
  EXPECT_FALSE(client_.replies_can_wait()) << "each piece has a time";
  receive(streamed);
  EXPECT_TRUE(client_.replies_can_wait());
}

}  // namespace
}  // namespace paceline
