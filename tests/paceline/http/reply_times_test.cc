#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/exchange.h>
#include <sys/socket.h>

#include <chrono>
#include <thread>

#include "scripted_server.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

TEST(ReplyTimes, LeaveOutHowLongTheClientWasBusy) {
#ifndef SO_TIMESTAMPNS
  GTEST_SKIP() << "this system takes no note of when bytes come";
#endif
  ScriptedServer server(1, [](int, int connection) {
    for (int i = 0; i < 3; ++i) answer_one(connection, ok_reply);
  });
  Loop loop;
  bool done = false;
  Client client(loop, {.parallel = 1, .connection = {.timeout = 5s}},
                [&done](Exchange&) { done = true; });
  const auto get = [&](std::chrono::milliseconds busy) {
    Exchange* exchange = client.acquire();
    exchange->request.url = server.url();
    done = false;
    client.send(*exchange);
    std::this_thread::sleep_for(busy);
    while (!done) loop.run_once();
    client.release(*exchange);
    return exchange->reply;
  };
  // The connection is made, and the kernel begins to take notes.
  get(0ms);
  get(50ms);
  const Reply reply = get(400ms);
  ASSERT_EQ(reply.transport, Transport::ok) << reply.error;
  EXPECT_LT(reply.done - reply.sent, 200ms);
  EXPECT_LT(reply.first_byte - reply.sent, 200ms);
  EXPECT_GE(reply.first_byte, reply.sent);
  EXPECT_GE(reply.done, reply.first_byte);
}

}  // namespace
}  // namespace paceline
