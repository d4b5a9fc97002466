// Requests over a Unix socket.

#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>

#include "../unit/loopback_listener.h"
#include "../unit/paceline/http/staged_lookup.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

std::string socket_path() {
  return testing::TempDir() + "paceline-" + std::to_string(getpid()) + ".sock";
}

ClientOptions over_socket(const std::string& path, StagedLookup& lookup) {
  return {.parallel = 2,
          .connection = {.timeout = 5s, .unix_socket = path},
          .resolver = Resolver::make(1h, lookup.function())};
}

class UnixSocketTest : public TransportTest {
 protected:
  static constexpr char variable[] = "all_proxy";
  ~UnixSocketTest() override { unsetenv(variable); }

  Response get_over(const std::string& path) {
    ClientOnLoop client(GetParam(), over_socket(path, lookup_));
    return client.get(in_scheme("http://api.test/"));
  }

  const std::string path_ = socket_path();
  StagedLookup lookup_;
};

TEST_P(UnixSocketTest, TheUrlGivesHostAndPath) {
  ScriptServer server(
      wire(), 1,
      [](int, ScriptedConnection& connection) {
        while (const auto request = connection.hear()) {
          const std::string host =
              request->header("host").value_or(request->header(":authority").value_or(""));
          connection.play(response_with(200, host + request->path + request->body));
        }
      },
      path_);
  // Neither a proxy nor the host's address matters.
  setenv(variable, "http://127.0.0.1:1", 1);
  ClientOnLoop client(GetParam(), over_socket(path_, lookup_));
  const Response first = client.get(in_scheme("http://api.test:81/v1?a=b"));
  EXPECT_EQ(first.error, TransportError::ok) << first.error_text;
  EXPECT_EQ(first.body, "api.test:81/v1?a=b");
  const Response second = client.post(in_scheme("http://api.test:81/v1"), " body");
  EXPECT_EQ(second.body, "api.test:81/v1 body") << second.error_text;
  EXPECT_EQ(lookup_.count(), 0);
}

TEST_P(UnixSocketTest, AMissingSocketIsASentence) {
  const Response response = get_over(path_);
  EXPECT_EQ(response.error, TransportError::connect_failed);
  EXPECT_EQ(response.error_code, ErrorCode::socket_failed);
  EXPECT_EQ(response.error_text,
            "cannot connect to the Unix socket '" + path_ + "': there is no such file");
}

TEST_P(UnixSocketTest, AFileIsNoSocket) {
  std::ofstream(path_) << "text";
  const Response response = get_over(path_);
  unlink(path_.c_str());
  EXPECT_EQ(response.error_code, ErrorCode::socket_failed);
  EXPECT_EQ(response.error_text,
            "cannot connect to the Unix socket '" + path_ + "': no server listens on it");
}

TEST_P(UnixSocketTest, AFullQueueIsASentence) {
  const LoopbackListener listener(0, path_);
  // The queue holds one connection more than its length. The held request fills the queue.
  ClientOnLoop holder(Variant::direct, {.connection = {.timeout = 100ms, .unix_socket = path_}});
  EXPECT_EQ(holder.get("http://api.test/").error, TransportError::timed_out);
  const Response response = get_over(path_);
  EXPECT_EQ(response.error_code, ErrorCode::socket_queue_full);
  EXPECT_EQ(response.error_text, "cannot connect to the Unix socket '" + path_ +
                                     "': the server's queue of connections is full");
}

TEST_P(UnixSocketTest, ATooLongPathIsASentence) {
  const std::string path = "/tmp/" + std::string(110, 'x');
  const Response response = get_over(path);
  EXPECT_EQ(response.error, TransportError::other);
  EXPECT_EQ(response.error_code, ErrorCode::socket_failed);
  EXPECT_EQ(response.error_text, "the path of the Unix socket is longer than 107 bytes: " + path);
}

TEST_P(UnixSocketTest, WithoutReuseEachRequestConnects) {
  ScriptServer server(wire(), 3, answers(ok_script()), path_);
  ClientOptions options = over_socket(path_, lookup_);
  options.connection.reuses = false;
  ClientOnLoop client(GetParam(), options);
  for (int i = 0; i < 3; ++i) {
    const Response response = client.get(in_scheme("http://api.test/"));
    EXPECT_EQ(response.body, "ok") << response.error_text;
  }
}

PACELINE_OVER_EVERY_TRANSPORT(UnixSocketTest);

}  // namespace
}  // namespace paceline::http
