#include <endpoint/unix_listener.h>
#include <gtest/gtest.h>
#include <paceline/endpoint.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "visitor.h"

namespace paceline::endpoint {
namespace {

namespace fs = std::filesystem;

class UnixSocketTest : public testing::Test {
 protected:
  UnixSocketTest() { fs::create_directory(folder_); }
  ~UnixSocketTest() override { fs::remove_all(folder_); }

  static EndpointOptions with(const std::string& path) {
    EndpointOptions options = at_once();
    options.unix_socket = path;
    return options;
  }
  /// The message of the endpoint's error; "" if it starts.
  static std::string refusal(const std::string& path) {
    Endpoint endpoint(with(path));
    const auto error = endpoint.start();
    if (!error) return "";
    EXPECT_EQ(error->code, ErrorCode::socket_path_unusable);
    return error->message;
  }
  static long post(const Endpoint& endpoint, const std::string& path) {
    Visitor visitor(endpoint);
    curl_easy_setopt(visitor.raw(), CURLOPT_UNIX_SOCKET_PATH, path.c_str());
    const long status = visitor.post(chat_path, chat_request);
    EXPECT_NE(visitor.body.find("one line keeps"), std::string::npos);
    return status;
  }

  std::string folder_ = fs::temp_directory_path() / ("unix_socket_" + std::to_string(getpid()));
  std::string path_ = folder_ + "/socket";
};

TEST_F(UnixSocketTest, AnswersBesideThePort) {
  const auto endpoint = started(with(path_));
  EXPECT_EQ(post(*endpoint, path_), 200);
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.post(chat_path, chat_request), 200);
  EXPECT_EQ(endpoint->requests(), 2U);
}

TEST_F(UnixSocketTest, SendsStreams) {
  const auto endpoint = started(with(path_));
  Visitor visitor(*endpoint);
  curl_easy_setopt(visitor.raw(), CURLOPT_UNIX_SOCKET_PATH, path_.c_str());
  EXPECT_EQ(visitor.post(chat_path, stream_request), 200);
  EXPECT_TRUE(visitor.body.ends_with("data: [DONE]\n\n"));
}

TEST_F(UnixSocketTest, RemovesItsFileAtTheEnd) {
  auto endpoint = started(with(path_));
  EXPECT_TRUE(fs::is_socket(path_));
  endpoint->stop();
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(UnixSocketTest, LeavesAFileThatHasItsNameNow) {
  auto endpoint = started(with(path_));
  ASSERT_TRUE(fs::remove(path_));
  std::ofstream(path_) << "mine";
  endpoint->stop();
  EXPECT_TRUE(fs::exists(path_));
}

TEST_F(UnixSocketTest, IsRefusedWhereAServerListens) {
  const auto endpoint = started(with(path_));
  EXPECT_EQ(refusal(path_),
            "cannot listen on the Unix socket '" + path_ + "': a server listens on it");
  EXPECT_EQ(post(*endpoint, path_), 200);
}

TEST_F(UnixSocketTest, ReplacesTheSocketOfAServerThatHasEnded) {
  const loop::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  path_.copy(at.sun_path, sizeof at.sun_path - 1);
  ASSERT_EQ(bind(socket.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  const auto endpoint = started(with(path_));
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(post(*endpoint, path_), 200);
}

TEST_F(UnixSocketTest, IsRefusedAtAnImpossiblePath) {
  std::ofstream(path_) << "mine";
  EXPECT_TRUE(refusal(path_).ends_with("': another file has this name"));
  EXPECT_TRUE(fs::exists(path_));
  EXPECT_TRUE(
      refusal(folder_ + std::string(200, 'a')).ends_with("': the path is longer than 107 bytes"));
  EXPECT_TRUE(refusal(folder_ + "/none/socket").ends_with("': No such file or directory"));
}

TEST_F(UnixSocketTest, ClosesABrokenResponse) {
  EndpointOptions options = with(path_);
  options.faults.shares = {{Fault::reset}};
  const auto endpoint = started(std::move(options));
  Visitor visitor(*endpoint);
  curl_easy_setopt(visitor.raw(), CURLOPT_UNIX_SOCKET_PATH, path_.c_str());
  visitor.aim_post(chat_path, stream_request);
  EXPECT_NE(curl_easy_perform(visitor.raw()), CURLE_OK);
  EXPECT_EQ(visitor.body.size(), 400U);
}

}  // namespace
}  // namespace paceline::endpoint
