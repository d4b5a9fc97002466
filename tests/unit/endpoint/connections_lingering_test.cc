#include <endpoint/connections.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "../test_loop.h"

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

/// A connection's two ends.
std::pair<loop::Descriptor, loop::Descriptor> socket_pair() {
  std::array<int, 2> ends{};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  return {loop::Descriptor(ends[0]), loop::Descriptor(ends[1])};
}

/// The result of recv() on a connection that its other side has half closed or closed.
bool is_half_closed(const loop::Descriptor& client) {
  char byte = 0;
  return recv(client.get(), &byte, 1, MSG_DONTWAIT) == 0;
}

bool can_send(const loop::Descriptor& client) {
  return send(client.get(), "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

TEST(LingeringConnections, DropWhatComesUntilTheClientCloses) {
  TestLoop loop;
  LingeringConnections lingering(loop);
  auto [server, client] = socket_pair();
  lingering.add(std::move(server));
  EXPECT_TRUE(is_half_closed(client));
  // More bytes than both sockets hold: all are sent only if the other side reads them.
  const std::vector<char> part(1 << 16);
  for (int sent = 0; sent < 100;) {
    if (send(client.get(), part.data(), part.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
      ++sent;
    } else {
      loop.run_once();
    }
  }
  EXPECT_EQ(lingering.size(), 1U);
  client.reset();
  while (lingering.size() > 0) loop.run_once();
}

TEST(LingeringConnections, EndAfterAWhile) {
  // The loop counts whole milliseconds, from its latest reading of the clock.
  const auto begin = Clock::now();
  TestLoop loop;
  LingeringConnections lingering(loop, 20ms);
  auto [server, client] = socket_pair();
  lingering.add(std::move(server));
  while (lingering.size() > 0) loop.run_once();
  EXPECT_GE(Clock::now() - begin, 19ms);
  EXPECT_FALSE(can_send(client));
}

TEST(LingeringConnections, AreBounded) {
  TestLoop loop;
  LingeringConnections lingering(loop);
  std::vector<loop::Descriptor> clients;
  for (std::size_t i = 0; i <= LingeringConnections::most; ++i) {
    auto [server, client] = socket_pair();
    lingering.add(std::move(server));
    clients.push_back(std::move(client));
  }
  EXPECT_EQ(lingering.size(), LingeringConnections::most);
  EXPECT_FALSE(can_send(clients.front()));
  EXPECT_TRUE(can_send(clients[1]));
  EXPECT_TRUE(can_send(clients.back()));
}

}  // namespace
}  // namespace paceline::endpoint
