#include <gtest/gtest.h>
#include <paceline/endpoint/endpoint.h>
#include <paceline/http/client.h>
#include <paceline/http/exchange.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "../paceline/http/scripted_server.h"
#include "../paceline/open_descriptors.h"
#include "transport_fixture.h"

namespace paceline {
namespace {

using namespace std::chrono_literals;

class ConnectionsTest : public ClientFixture {
 protected:
  ConnectionsTest()
      : ClientFixture({.parallel = 2, .connection = {.timeout = 5s, .max_reply = 1000}}) {}
};

TEST_P(ConnectionsTest, TakesAnotherUrlOnTheSameExchange) {
  const auto play = [](int, int connection) { answer_one(connection, ok_response); };
  ScriptedServer first(1, play);
  ScriptedServer second(1, play);
  EXPECT_EQ(get(first.url()).status, 200);
  const Response refused = get("http://not a host/");
  EXPECT_EQ(refused.transport, TransportError::other);
  EXPECT_NE(refused.error.find("URL"), std::string::npos) << refused.error;
  EXPECT_EQ(get(second.url()).status, 200);
}

TEST_P(ConnectionsTest, KeepsOneConnectionForManyRequests) {
  ScriptedServer server(1, [](int, int connection) {
    for (int i = 0; i < 5; ++i) answer_one(connection, ok_response);
  });
  for (int i = 0; i < 5; ++i) {
    const Response response = get(server.url());
    EXPECT_EQ(response.transport, TransportError::ok) << response.error;
    EXPECT_EQ(response.body, "ok");
  }
}

TEST_P(ConnectionsTest, SurvivesAServerThatClosesIdleConnections) {
  ScriptedServer server(5, [](int, int connection) { answer_one(connection, ok_response); });
  for (int i = 0; i < 5; ++i) {
    const Response response = get(server.url());
    EXPECT_EQ(response.transport, TransportError::ok) << response.error;
    // Long enough for the close to arrive while the connection is idle and still watched.
    pass(20ms);
  }
}

TEST_P(ConnectionsTest, AnIdleConnectionThatClosedDoesNotKeepTheLoopBusy) {
  ScriptedServer server(1, [](int, int connection) { answer_one(connection, ok_response); });
  EXPECT_EQ(get(server.url()).status, 200);
  int turns = 0;
  bool over = false;
  Timer wait(loop_, [&over] { over = true; });
  wait.start(100ms);
  while (!over) {
    loop_.run_once();
    ++turns;
  }
  EXPECT_LT(turns, 20);
}

TEST_P(ConnectionsTest, ConnectionRefusedIsASentence) {
  const Response response = get("http://127.0.0.1:1/");
  EXPECT_EQ(response.transport, TransportError::connect_failed);
  EXPECT_FALSE(response.error.empty());
  EXPECT_EQ(get("http://127.0.0.1:1/").transport, TransportError::connect_failed);
}

TEST_P(ConnectionsTest, AHostNameIsResolvedAndItsResolverLeavesNoWatchBehind) {
  // The resolver's own sockets come and go without a word; their numbers come back as ours.
  ScriptedServer server(3, [](int, int connection) { answer_one(connection, ok_response); });
  std::string url = server.url();
  url.replace(url.find("127.0.0.1"), 9, "localhost");
  for (int i = 0; i < 3; ++i) {
    const Response response = get(url);
    EXPECT_EQ(response.status, 200) << response.error;
  }
}

TEST_P(ConnectionsTest, ADescriptorThatComesBackAsAnotherSocketIsWatchedAnew) {
  ScriptedServer one(1, [](int, int connection) { answer_one(connection, ok_response); });
  ScriptedServer other(2, [](int, int connection) { answer_one(connection, ok_response); });
  EXPECT_EQ(get(one.url()).status, 200);
  EXPECT_EQ(get(other.url()).status, 200);
  // Both connections are closed by now; their numbers go to files, and come back as sockets.
  pass(20ms);
  {
    std::vector<std::ifstream> files;
    for (int i = 0; i < 8; ++i) files.emplace_back("/dev/null");
    EXPECT_EQ(get(other.url()).status, 200);
  }
  ScriptedServer last(1, [](int, int connection) { answer_one(connection, ok_response); });
  EXPECT_EQ(get(last.url()).status, 200);
}

TEST_P(ConnectionsTest, AKeptConnectionThatIsResetIsReplacedByANewOne) {
  ScriptedServer server(2, [](int number, int connection) {
    answer_one(connection, ok_response);
    if (number > 0) return;
    // The next request is on its way: a server whose patience ended just then resets.
    char buffer[4096];
    [[maybe_unused]] const ssize_t length = read(connection, buffer, sizeof buffer);
    const linger at_once{1, 0};
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  });
  for (int i = 0; i < 2; ++i) {
    const Response response = get(server.url());
    EXPECT_EQ(response.status, 200) << response.error;
  }
}

TEST_P(ConnectionsTest, HalfAResponseIsAReset) {
  ScriptedServer server(1, [](int, int connection) {
    answer_one(connection, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  });
  EXPECT_EQ(get(server.url()).transport, TransportError::reset);
}

TEST_P(ConnectionsTest, AResponseOverTheCapFails) {
  ScriptedServer server(1, [](int, int connection) {
    answer_one(connection,
               "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'x'));
  });
  const Response response = get(server.url());
  EXPECT_EQ(response.transport, TransportError::too_large);
  EXPECT_NE(response.error.find("1000"), std::string::npos);
}

TEST_P(ConnectionsTest, ALongBodyIsSentWithoutAskingBefore) {
  std::promise<std::string> headers;
  ScriptedServer server(1, [&headers](int, int connection) {
    std::string request;
    std::vector<char> buffer(1U << 20U);
    std::size_t body = std::string::npos;
    while (body == std::string::npos || request.size() < body + (3U << 20U)) {
      const ssize_t length = read(connection, buffer.data(), buffer.size());
      if (length <= 0) break;
      request.append(buffer.data(), static_cast<std::size_t>(length));
      if (body == std::string::npos && request.find("\r\n\r\n") != std::string::npos) {
        body = request.find("\r\n\r\n") + 4;
      }
    }
    headers.set_value(request.substr(0, body));
    [[maybe_unused]] const ssize_t written =
        send(connection, ok_response, std::strlen(ok_response), MSG_NOSIGNAL);
  });
  Exchange* exchange = client_.acquire();
  exchange->request.method = Method::post;
  exchange->request.url = server.url();
  exchange->request.headers =
      std::make_shared<const HeaderList>(std::vector<std::string>{"Content-Type: text/plain"});
  exchange->request.body.assign(3U << 20U, 'x');
  client_.send(*exchange);
  while (!done_) loop_.run_once();
  EXPECT_EQ(exchange->response.status, 200) << exchange->response.error;
  const std::string sent = headers.get_future().get();
  EXPECT_NE(sent.find("Content-Type: text/plain"), std::string::npos) << sent;
  EXPECT_EQ(sent.find("Expect"), std::string::npos) << sent;
  client_.release(*exchange);
}

TEST_P(ConnectionsTest, PostsAfterGetsAndGetsAfterPosts) {
  auto started = Endpoint::start({});
  const auto& endpoint = std::get<std::unique_ptr<Endpoint>>(started);
  const std::string root = endpoint->url().substr(0, endpoint->url().rfind("/v1"));
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(get(root + "/").body, "ok");
    Exchange* exchange = client_.acquire();
    exchange->request.method = Method::post;
    exchange->request.url = root + "/echo";
    exchange->request.body = "round " + std::to_string(round);
    done_ = false;
    client_.send(*exchange);
    while (!done_) loop_.run_once();
    EXPECT_EQ(exchange->response.body, "round " + std::to_string(round));
    exchange->request.method = Method::get;
    client_.release(*exchange);
  }
}

TEST_P(ConnectionsTest, NeverMoreThanParallelAreAcquired) {
  Exchange* first = client_.acquire();
  Exchange* second = client_.acquire();
  EXPECT_NE(first, second);
  EXPECT_EQ(client_.acquire(), nullptr);
  EXPECT_EQ(client_.in_flight(), 2U);
  client_.release(*first);
  EXPECT_NE(client_.acquire(), nullptr);
}

using DescriptorTest = TransportTest;

TEST_P(DescriptorTest, LeaksNoDescriptor) {
  const auto talk_once = [](const std::string& url) {
    Loop loop;
    Client client(loop, {.parallel = 40, .connection = {.timeout = 5s}}, transport(),
                  [&loop](Exchange&) { loop.stop(); });
    Exchange* exchange = client.acquire();
    exchange->request.url = url;
    client.send(*exchange);
    loop.run();
    EXPECT_EQ(exchange->response.status, 200);
  };
  // The server has closed all of its own descriptors only when it is gone.
  const auto talk = [&talk_once](int times) {
    ScriptedServer server(times, [](int, int connection) { answer_one(connection, ok_response); });
    for (int i = 0; i < times; ++i) talk_once(server.url());
  };
  // The first opens what libuv and libcurl keep for the whole process.
  talk(1);
  const std::ptrdiff_t before = open_descriptors();
  talk(7);
  EXPECT_LE(open_descriptors(), before);
}

PACELINE_OVER_EVERY_TRANSPORT(ConnectionsTest);
PACELINE_OVER_EVERY_TRANSPORT(DescriptorTest);

}  // namespace
}  // namespace paceline
