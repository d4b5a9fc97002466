#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/transport.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <future>
#include <string>
#include <vector>

#include "../unit/loopback_listener.h"
#include "../unit/test_loop.h"
#include "byte_server.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
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

using ConnectTest = TransportTest;

TEST_P(ConnectTest, AConnectThatStopsHalfwayLeavesTheNextRequestWell) {
  TestLoop loop;
  bool done = false;
  Client client(loop, over_wire({.parallel = 1, .connection = {.timeout = 1s}}), transport(),
                [&done](Exchange&) { done = true; });
  const auto get = [&](const std::string& url) {
    Exchange* exchange = client.acquire();
    exchange->request.url = url;
    done = false;
    client.send(*exchange);
    while (!done) loop.run_once();
    const TransportError error = exchange->response.error;
    client.release(*exchange);
    return error;
  };
  DeafServer deaf;
  ScriptServer server(
      wire(), 2, [](int, ScriptedConnection& connection) { answer_one(connection, ok_script()); });
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(get(in_scheme(deaf.url())), TransportError::timed_out);
    EXPECT_EQ(get(server.url()), TransportError::ok);
  }
}

PACELINE_OVER_EVERY_TRANSPORT(ConnectTest);

TEST(TlsConnectTest, WhoWaitsForAConnectionThatTimesOutMakesItsOwnAtOnce) {
  // The first never answers TLS, the second is closed at once.
  ByteServer server(Wire::http_1, 2, [](int number, ByteStream& stream) {
    if (number == 0) read_all(stream);
  });
  TestLoop loop;
  std::vector<TransportError> ended;
  Client client(loop, {.parallel = 2, .connection = {.timeout = 1s}},
                run::transport_factory(TransportKind::curl),
                [&ended](Exchange& exchange) { ended.push_back(exchange.response.error); });
  const auto send = [&] {
    Exchange* exchange = client.acquire();
    exchange->request.url = "https" + server.url().substr(std::strlen("http"));
    client.send(*exchange);
  };
  send();
  loop::Timer later(loop, send);
  later.start(500ms);
  while (ended.size() < 2) loop.run_once();
  EXPECT_EQ(ended[0], TransportError::timed_out);
  EXPECT_NE(ended[1], TransportError::timed_out);
}

TEST(ProxyTest, TheEnvironmentsProxyIsUsed) {
  std::promise<std::string> asked;
  ByteServer proxy(Wire::http_1, 1, [&asked](int, ByteStream& stream) {
    asked.set_value(read_head(stream));
    stream.write(ok_response);
  });
  setenv("http_proxy", proxy.url().c_str(), 1);
  TestLoop loop;
  bool done = false;
  Client client(loop, {.parallel = 1, .connection = {.timeout = 5s}},
                run::transport_factory(TransportKind::curl), [&done](Exchange&) { done = true; });
  Exchange* exchange = client.acquire();
  exchange->request.url = "http://no-such-host.invalid/path";
  client.send(*exchange);
  while (!done) loop.run_once();
  unsetenv("http_proxy");
  EXPECT_EQ(exchange->response.status, 200) << exchange->response.error_text;
  EXPECT_TRUE(asked.get_future().get().starts_with("GET http://no-such-host.invalid/path "));
  client.release(*exchange);
}

}  // namespace
}  // namespace paceline::http
