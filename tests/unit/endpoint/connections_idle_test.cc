#include <endpoint/connection_watches.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <chrono>

#include "../test_loop.h"

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

/// A connection's two ends.
struct Connection {
  Connection() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    here = loop::Descriptor(ends[0]);
    client = loop::Descriptor(ends[1]);
  }
  bool has_ended() const {
    char byte = 0;
    return recv(client.get(), &byte, 1, MSG_DONTWAIT) == 0;
  }

  loop::Descriptor here;
  loop::Descriptor client;
};

TEST(IdleConnections, AreNotThoseWithUnreadBytes) {
  TestLoop loop;
  IdleConnections idle(loop, 20ms);
  const Connection late;
  ASSERT_EQ(send(late.client.get(), "x", 1, MSG_NOSIGNAL), 1);
  idle.add(late.here.get());
  const Connection silent;
  idle.add(silent.here.get());
  while (!silent.has_ended()) loop.run_once();
  EXPECT_FALSE(late.has_ended());
  char byte = 0;
  ASSERT_EQ(recv(late.here.get(), &byte, 1, 0), 1);
  while (!late.has_ended()) loop.run_once();
}

}  // namespace
}  // namespace paceline::endpoint
