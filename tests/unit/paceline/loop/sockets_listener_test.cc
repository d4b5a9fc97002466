#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <paceline/loop/sockets.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../../test_loop.h"

namespace paceline::loop {
namespace {

using std::chrono::milliseconds;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

struct Accepted {
  TestLoop loop;
  std::vector<Descriptor> connections;
  std::vector<std::uint16_t> ports;
  /// How many more may come before it is paused.
  std::size_t room = 1'000;
  /// With so many connections run_until() ends.
  std::size_t awaited = 0;
  Listener listener{loop, [this](Descriptor connection, const sockaddr_in& from) {
                      connections.push_back(std::move(connection));
                      ports.push_back(ntohs(from.sin_port));
                      if (--room == 0) listener.pause();
                      if (connections.size() == awaited) loop.stop();
                    }};

  Accepted() { EXPECT_TRUE(listener.listen(loopback(0))); }

  Descriptor connect() const {
    Descriptor made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto to = loopback(listener.port());
    if (::connect(made.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) made.reset();
    return made;
  }

  void run_until(std::size_t count) {
    awaited = count;
    if (connections.size() < count) run_for(milliseconds(60'000));
  }

  void run_for(milliseconds time) {
    Timer end(loop, [this] { loop.stop(); });
    end.start(time);
    loop.run();
  }
};

std::uint16_t port_of(const Descriptor& connection) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  getsockname(connection.get(), reinterpret_cast<sockaddr*>(&at), &size);
  return ntohs(at.sin_port);
}

TEST(Listener, AcceptsAllThatCome) {
  Accepted accepted;
  std::vector<std::uint16_t> ports;
  std::vector<Descriptor> made;
  for (int i = 0; i < 20; ++i) {
    made.push_back(accepted.connect());
    ASSERT_TRUE(made.back().is_open());
    ports.push_back(port_of(made.back()));
  }
  accepted.run_until(ports.size());
  EXPECT_EQ(accepted.ports, ports);
}

TEST(Listener, SaysWhyItCannot) {
  Accepted accepted;
  Listener second(accepted.loop, [](Descriptor, const sockaddr_in&) {});
  const auto listening = second.listen(loopback(accepted.listener.port()));
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().code, ErrorCode::port_in_use);
  EXPECT_EQ(listening.error().message, "Address already in use");
}

TEST(Listener, LeavesThoseWaitingThatComeInAPause) {
  Accepted accepted;
  accepted.room = 2;
  std::vector<Descriptor> made;
  for (int i = 0; i < 3; ++i) made.push_back(accepted.connect());
  accepted.run_until(2);
  accepted.run_for(milliseconds(10));
  EXPECT_EQ(accepted.connections.size(), 2u);
  accepted.room = 1'000;
  accepted.listener.go_on();
  accepted.run_until(3);
  EXPECT_EQ(accepted.connections.size(), 3u);
}

TEST(Listener, GoesOnWhenThereAreDescriptorsAgain) {
  Accepted accepted;
  const Descriptor made = accepted.connect();
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = 0;
  setrlimit(RLIMIT_NOFILE, &none);
  accepted.run_for(milliseconds(30));
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_TRUE(accepted.connections.empty());
  accepted.run_until(1);
  EXPECT_EQ(accepted.connections.size(), 1u);
}

TEST(Listener, RefusesAllOnceClosed) {
  Accepted accepted;
  const auto to = loopback(accepted.listener.port());
  accepted.listener.close();
  accepted.listener.go_on();
  const Descriptor made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_NE(::connect(made.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  EXPECT_EQ(errno, ECONNREFUSED);
}

}  // namespace
}  // namespace paceline::loop
