#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/transport.h>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../unit/open_descriptors.h"
#include "../unit/test_loop.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class ConnectionsTest : public ClientFixture {
 protected:
  ConnectionsTest()
      : ClientFixture({.parallel = 2, .connection = {.timeout = 5s, .max_response = 1000}}) {}
};

TEST_P(ConnectionsTest, TakesAnotherUrlOnTheSameExchange) {
  ScriptServer first(wire(), 1, answers(ok_script()));
  ScriptServer second(wire(), 1, answers(ok_script()));
  EXPECT_EQ(get(first.url()).status, 200);
  const Response refused = get(in_scheme("http://not a host/"));
  EXPECT_EQ(refused.error, TransportError::other);
  EXPECT_NE(refused.error_text.find("URL"), std::string::npos) << refused.error_text;
  EXPECT_EQ(get(second.url()).status, 200);
}

TEST_P(ConnectionsTest, KeepsOneConnectionForManyRequests) {
  ScriptServer server(wire(), 1, [](int, ScriptedConnection& connection) {
    for (int i = 0; i < 5; ++i) answer_one(connection, ok_script());
  });
  for (int i = 0; i < 5; ++i) {
    const Response response = get(server.url());
    EXPECT_EQ(response.error, TransportError::ok) << response.error_text;
    EXPECT_EQ(response.body, "ok");
  }
}

TEST_P(ConnectionsTest, SurvivesAServerThatClosesIdleConnections) {
  ScriptServer server(wire(), 5, answers(ok_script()));
  for (int i = 0; i < 5; ++i) {
    const Response response = get(server.url());
    EXPECT_EQ(response.error, TransportError::ok) << response.error_text;
    // Long enough for the close to arrive while the connection is idle and still watched.
    pass(20ms);
  }
}

TEST_P(ConnectionsTest, AnIdleConnectionThatClosedDoesNotKeepTheLoopBusy) {
  ScriptServer server(wire(), 1, answers(ok_script()));
  EXPECT_EQ(get(server.url()).status, 200);
  int turns = 0;
  bool over = false;
  loop::Timer wait(loop_, [&over] { over = true; });
  wait.start(100ms);
  while (!over) {
    loop_.run_once();
    ++turns;
  }
  EXPECT_LT(turns, 20);
}

TEST_P(ConnectionsTest, ConnectionRefusedIsASentence) {
  const Response response = get(in_scheme("http://127.0.0.1:1/"));
  EXPECT_EQ(response.error, TransportError::connect_failed);
  EXPECT_FALSE(response.error_text.empty());
  EXPECT_EQ(get(in_scheme("http://127.0.0.1:1/")).error, TransportError::connect_failed);
}

TEST_P(ConnectionsTest, AHostNameIsResolvedAndItsResolverLeavesNoWatchBehind) {
  // The resolver's own sockets come and go without a word; their numbers come back as ours.
  ScriptServer server(wire(), 3, answers(ok_script()));
  std::string url = server.url();
  url.replace(url.find("127.0.0.1"), 9, "localhost");
  for (int i = 0; i < 3; ++i) {
    const Response response = get(url);
    EXPECT_EQ(response.status, 200) << response.error_text;
  }
}

TEST_P(ConnectionsTest, ADescriptorThatComesBackAsAnotherSocketIsWatchedAnew) {
  ScriptServer one(wire(), 1, answers(ok_script()));
  ScriptServer other(wire(), 2, answers(ok_script()));
  EXPECT_EQ(get(one.url()).status, 200);
  EXPECT_EQ(get(other.url()).status, 200);
  // Both connections are closed by now; their numbers go to files, and come back as sockets.
  pass(20ms);
  {
    std::vector<std::ifstream> files;
    for (int i = 0; i < 8; ++i) files.emplace_back("/dev/null");
    EXPECT_EQ(get(other.url()).status, 200);
  }
  ScriptServer last(wire(), 1, answers(ok_script()));
  EXPECT_EQ(get(last.url()).status, 200);
}

TEST_P(ConnectionsTest, AKeptConnectionThatIsResetIsReplacedByANewOne) {
  ScriptServer server(wire(), 2, [](int number, ScriptedConnection& connection) {
    answer_one(connection, ok_script());
    if (number > 0) return;
    // The next request is on its way: a server whose patience ended just then resets.
    connection.hear();
    connection.reset_connection();
  });
  for (int i = 0; i < 2; ++i) {
    const Response response = get(server.url());
    EXPECT_EQ(response.status, 200) << response.error_text;
  }
}

TEST_P(ConnectionsTest, HalfAResponseIsAReset) {
  ScriptServer server(wire(), 1, answers(half_script()));
  EXPECT_EQ(get(server.url()).error, TransportError::reset);
}

TEST_P(ConnectionsTest, AResponseOverTheCapFails) {
  ScriptServer server(wire(), 1, answers(response_with(200, std::string(2000, 'x'))));
  const Response response = get(server.url());
  EXPECT_EQ(response.error, TransportError::too_large);
  EXPECT_NE(response.error_text.find("1000"), std::string::npos);
}

TEST_P(ConnectionsTest, ALongBodyIsSentWithoutAskingBefore) {
  std::promise<HeardRequest> heard;
  ScriptServer server(wire(), 1, [&heard](int, ScriptedConnection& connection) {
    heard.set_value(connection.hear().value_or(HeardRequest{}));
    connection.play(ok_script());
  });
  Request request;
  request.method = Method::post;
  request.url = server.url();
  request.headers =
      std::make_shared<const HeaderList>(std::vector<std::string>{"Content-Type: text/plain"});
  request.body.assign(3U << 20U, 'x');
  const Response response = response_to(request);
  EXPECT_EQ(response.status, 200) << response.error_text;
  const HeardRequest sent = heard.get_future().get();
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.header("content-type"), "text/plain");
  EXPECT_EQ(sent.header("expect"), std::nullopt);
  EXPECT_EQ(sent.body, request.body);
}

TEST_P(ConnectionsTest, PostsAfterGetsAndGetsAfterPosts) {
  ScriptServer server(wire(), 1, [](int, ScriptedConnection& connection) {
    while (const auto request = connection.hear()) {
      connection.play(response_with(200, request->method + " " + request->body));
    }
  });
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(get(server.url()).body, "GET ");
    const std::string body = "round " + std::to_string(round);
    EXPECT_EQ(post(server.url(), body).body, "POST " + body);
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
    TestLoop loop;
    Client client(loop, over_wire({.parallel = 40, .connection = {.timeout = 5s}}), transport(),
                  [&loop](Exchange&) { loop.stop(); });
    Exchange* exchange = client.acquire();
    exchange->request.url = url;
    client.send(*exchange);
    loop.run();
    EXPECT_EQ(exchange->response.status, 200);
  };
  // The server has closed all of its own descriptors only when it is gone.
  const auto talk = [&talk_once](int times) {
    ScriptServer server(wire(), times, answers(ok_script()));
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
}  // namespace paceline::http
