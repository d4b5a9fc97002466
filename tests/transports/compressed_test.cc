// Requests that ask for compressed responses.

#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../unit/paceline/http/compressed.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class CompressedTest : public ClientFixture {
 protected:
  CompressedTest()
      : ClientFixture({.connection = {.timeout = 5s, .compressed = true}},
                      [this](Exchange&, std::string_view piece, TimePoint) {
                        const std::lock_guard lock(mutex_);
                        pieces_.emplace_back(piece);
                        came_.notify_all();
                        return std::optional<std::size_t>(0);
                      }) {}

  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> pieces_;
};

/// Answers with the request's Accept-Encoding.
void echo_encodings(int, ScriptedConnection& connection) {
  while (const auto request = connection.hear()) {
    connection.play(response_with(200, request->header("accept-encoding").value_or("none")));
  }
}

TEST_P(CompressedTest, TheRequestSaysWhatIsDecoded) {
  ScriptServer server(wire(), 1, echo_encodings);
  EXPECT_EQ(get(server.url()).body, "gzip, deflate, br");
  EXPECT_EQ(post(server.url(), "{}").body, "gzip, deflate, br");
}

TEST_P(CompressedTest, AHeaderOfTheRequestWins) {
  ScriptServer server(wire(), 1, echo_encodings);
  Request request;
  request.url = server.url();
  request.headers = std::make_shared<const HeaderList>(HeaderList{"accept-encoding: br"});
  EXPECT_EQ(response_to(request).body, "br");
}

TEST_P(CompressedTest, EachEventIsReadAsSoonAsItArrives) {
  for (const bool is_gzip : {true, false}) {
    pieces_.clear();
    ScriptServer server(wire(), 1, [&](int, ScriptedConnection& connection) {
      connection.hear();
      // The first piece is a stream that is flushed and has not ended.
      const std::string first = is_gzip ? gzip("data: one\n\n", Z_SYNC_FLUSH)
                                        : brotli("data: one\n\n", BROTLI_OPERATION_FLUSH);
      connection.play({.headers = {{"content-encoding", is_gzip ? "gzip" : "br"}},
                       .body = {{first}},
                       .has_length = false,
                       .end = ResponseEnd::held});
      std::unique_lock lock(mutex_);
      came_.wait_for(lock, 5s, [this] { return !pieces_.empty(); });
    });
    Request request;
    request.url = server.url();
    request.is_streamed = true;
    const Response cut = response_to(request);
    EXPECT_EQ(cut.status, 200) << cut.error_text;
    EXPECT_EQ(pieces_, std::vector<std::string>{"data: one\n\n"});
  }
}

PACELINE_OVER_EVERY_TRANSPORT(CompressedTest);

}  // namespace
}  // namespace paceline::http
