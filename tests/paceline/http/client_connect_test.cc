#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/exchange.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <future>
#include <string>
#include <vector>

#include "../loopback_listener.h"
#include "client_fixture.h"
#include "scripted_server.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

/// A listener whose queue is full, so that the next connect never ends.
class DeafServer {
 public:
  DeafServer() {
    for (int& waiting : waiting_) waiting = listener_.connect(SOCK_NONBLOCK);
  }
  ~DeafServer() {
    for (const int waiting : waiting_) ::close(waiting);
  }
  DeafServer(const DeafServer&) = delete;
  DeafServer& operator=(const DeafServer&) = delete;
  std::string url() const { return listener_.url(); }

 private:
  LoopbackListener listener_{0};
  std::array<int, 3> waiting_{};
};

TEST(ClientConnectTest, AConnectThatStopsHalfwayLeavesTheNextRequestWell) {
  Loop loop;
  bool done = false;
  Client client(loop, {.parallel = 1, .connection = {.timeout = 300ms}},
                [&done](Exchange&) { done = true; });
  const auto get = [&](const std::string& url) {
    Exchange* exchange = client.acquire();
    exchange->request.url = url;
    done = false;
    client.send(*exchange);
    while (!done) loop.run_once();
    const Transport transport = exchange->reply.transport;
    client.release(*exchange);
    return transport;
  };
  DeafServer deaf;
  ScriptedServer server(2, [](int, int connection) { answer_one(connection, ok_reply); });
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(get(deaf.url()), Transport::timed_out);
    EXPECT_EQ(get(server.url()), Transport::ok);
  }
}

TEST(ClientConnectTest, WhoWaitsForAConnectionThatTimesOutMakesItsOwnAtOnce) {
  // The first never answers TLS, the second is closed at once.
  ScriptedServer server(2, [](int number, int connection) {
    char heard[4096];
    while (number == 0 && read(connection, heard, sizeof heard) > 0) {
    }
  });
  Loop loop;
  std::vector<Transport> ended;
  Client client(loop, {.parallel = 2, .connection = {.timeout = 1s}},
                [&ended](Exchange& exchange) { ended.push_back(exchange.reply.transport); });
  const auto send = [&] {
    Exchange* exchange = client.acquire();
    exchange->request.url = "https" + server.url().substr(std::strlen("http"));
    client.send(*exchange);
  };
  send();
  Timer later(loop, send);
  later.start(500ms);
  while (ended.size() < 2) loop.run_once();
  EXPECT_EQ(ended[0], Transport::timed_out);
  EXPECT_NE(ended[1], Transport::timed_out);
}

TEST(ClientProxyTest, TheEnvironmentsProxyIsUsed) {
  std::promise<std::string> asked;
  ScriptedServer proxy(1, [&asked](int, int connection) {
    char buffer[4096];
    const ssize_t length = read(connection, buffer, sizeof buffer);
    asked.set_value(std::string(buffer, length > 0 ? static_cast<std::size_t>(length) : 0));
    [[maybe_unused]] const ssize_t written =
        send(connection, ok_reply, std::strlen(ok_reply), MSG_NOSIGNAL);
  });
  setenv("http_proxy", proxy.url().c_str(), 1);
  Loop loop;
  bool done = false;
  Client client(loop, {.parallel = 1, .connection = {.timeout = 5s}},
                [&done](Exchange&) { done = true; });
  Exchange* exchange = client.acquire();
  exchange->request.url = "http://no-such-host.invalid/path";
  client.send(*exchange);
  while (!done) loop.run_once();
  unsetenv("http_proxy");
  EXPECT_EQ(exchange->reply.status, 200) << exchange->reply.error;
  EXPECT_TRUE(asked.get_future().get().starts_with("GET http://no-such-host.invalid/path "));
  client.release(*exchange);
}

}  // namespace
}  // namespace paceline
