// What opening a connection took.

#include <curl/curl.h>
#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "../unit/loopback_listener.h"
#include "../unit/test_loop.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class OpenedTest : public TransportTest {
 protected:
  void make(const ClientOptions& options) {
    client_ = std::make_unique<Client>(
        loop_, over_wire(options), factory_,
        [this](Exchange& exchange) {
          responses_.push_back(exchange.response);
          client_->release(exchange);
        },
        Client::OnPiece{}, [this](const ConnectTimes& times) { opened_.push_back(times); });
  }

  /// Sends so many requests at once, and waits for all responses.
  void get(const std::string& url, std::size_t requests) {
    for (std::size_t i = 0; i < requests; ++i) {
      Exchange* exchange = client_->acquire();
      exchange->request.url = url;
      client_->send(*exchange);
    }
    const std::size_t all = responses_.size() + requests;
    while (responses_.size() < all) loop_.run_once();
    for (const Response& response : responses_) {
      EXPECT_EQ(response.error, TransportError::ok) << response.error_text;
    }
  }

  static void expect_times(const ConnectTimes& times) {
    EXPECT_EQ(times.lookup, 0ns);
    EXPECT_GT(times.tcp, 0ns);
    EXPECT_EQ(times.tls > 0ns, is_tls());
    EXPECT_LT(times.total(), 5s);
  }

  TestLoop loop_;
  // Its transports share what they know of servers, as those of a program's runs.
  TransportFactory factory_ = transport();
  std::vector<Response> responses_;
  std::vector<ConnectTimes> opened_;
  std::unique_ptr<Client> client_;
};

TEST_P(OpenedTest, OnlyTheRequestThatWaitedHasTheTimes) {
  ScriptServer server(wire(), 1, [](int, ScriptedConnection& connection) {
    for (int i = 0; i < 3; ++i) answer_one(connection, ok_script());
  });
  make({.parallel = 1, .connection = {.timeout = 5s}});
  for (int i = 0; i < 3; ++i) get(server.url(), 1);
  ASSERT_EQ(opened_.size(), 1U);
  expect_times(opened_[0]);
  ASSERT_TRUE(responses_[0].connect);
  expect_times(*responses_[0].connect);
  EXPECT_LE(responses_[0].connect->total(), responses_[0].done - responses_[0].sent);
  EXPECT_FALSE(responses_[1].connect);
  EXPECT_FALSE(responses_[2].connect);
}

TEST_P(OpenedTest, EachConnectionIsTold) {
  ScriptServer server(wire(), 3, answers(ok_script()));
  make({.parallel = 1, .connection = {.timeout = 5s, .reuses = false}});
  for (int i = 0; i < 3; ++i) get(server.url(), 1);
  ASSERT_EQ(opened_.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    expect_times(opened_[i]);
    ASSERT_TRUE(responses_[i].connect);
    expect_times(*responses_[i].connect);
  }
}

TEST_P(OpenedTest, RequestsAtOnceWaitForTheirConnections) {
  // In HTTP/1.1 a response would free its connection for the other request.
  std::atomic<int> heard = 0;
  ScriptServer server(wire(), 2, [&heard](int, ScriptedConnection& connection) {
    while (connection.hear()) {
      ++heard;
      while (!is_http_2() && heard < 2) connection.pause(1ms);
      connection.play(ok_script());
    }
  });
  make({.parallel = 2, .connection = {.timeout = 5s}});
  get(server.url(), 2);
  EXPECT_EQ(opened_.size(), is_http_2() ? 1U : 2U);
  const auto waited = std::count_if(responses_.begin(), responses_.end(),
                                    [](const Response& response) { return !!response.connect; });
  // libcurl does not tell which requests waited for a connection that another one opened.
  EXPECT_EQ(waited, GetParam() == Variant::curl_https_2 ? 1 : 2);
}

/// Connections that are opened before requests need them.
class OpenAheadTest : public OpenedTest {
 protected:
  void SetUp() override {
    constexpr unsigned version_8 = 0x080000;
    if (GetParam() == Variant::curl_https_1 &&
        curl_version_info(CURLVERSION_NOW)->version_num >= version_8) {
      GTEST_SKIP() << "libcurl 8 closes a connection with unread session tickets";
    }
  }
  void open_ahead(const std::string& url, std::size_t exchanges) {
    Exchange* exchange = client_->acquire();
    exchange->request.url = url;
    client_->open_ahead(*exchange, exchanges);
    client_->release(*exchange);
  }
  /// The first request of a program, from which later clients know the server's version of HTTP.
  void send_first(const std::string& url) {
    get(url, 1);
    responses_.clear();
    opened_.clear();
  }
  void wait_for_openings() {
    while (client_->is_opening_ahead()) loop_.run_once();
  }
};

TEST_P(OpenAheadTest, RequestsFindTheConnectionsOpen) {
  constexpr std::size_t row = 3;
  std::atomic<std::size_t> heard = 0;
  ScriptServer server(wire(), row + 1, [&heard](int, ScriptedConnection& connection) {
    while (connection.hear()) {
      ++heard;
      while (!is_http_2() && heard > 1 && heard <= row) connection.pause(1ms);
      connection.play(ok_script());
    }
  });
  make({.parallel = row, .connection = {.timeout = 5s}});
  send_first(server.url());
  make({.parallel = row, .connection = {.timeout = 5s}});
  open_ahead(server.url(), row);
  EXPECT_TRUE(client_->is_opening_ahead());
  wait_for_openings();
  const std::size_t connections = is_http_2() ? 1 : row;
  ASSERT_EQ(opened_.size(), connections);
  for (const ConnectTimes& times : opened_) expect_times(times);
  get(server.url(), row);
  EXPECT_EQ(opened_.size(), connections);
  // Opening a connection sends no request.
  EXPECT_EQ(heard, 1 + row);
  for (const Response& response : responses_) EXPECT_FALSE(response.connect);
}

TEST_P(OpenAheadTest, OpensManyConnections) {
  constexpr std::size_t many = 150;
  ScriptServer server(wire(), 1 + many, [](int, ScriptedConnection& connection) {
    answer_all(connection, ok_script());
  });
  make({.parallel = many, .connection = {.timeout = 30s}});
  send_first(server.url());
  make({.parallel = many, .connection = {.timeout = 30s}});
  open_ahead(server.url(), many);
  wait_for_openings();
  if (!is_http_2()) {
    EXPECT_EQ(opened_.size(), many);
  } else {
    EXPECT_LE(opened_.size(), 2U);
  }
}

TEST_P(OpenAheadTest, TheRequestReportsWhyAConnectionCouldNotBeOpened) {
  make({.parallel = 3, .connection = {.timeout = 5s}});
  open_ahead(in_scheme("http://127.0.0.1:1/"), 3);
  wait_for_openings();
  EXPECT_TRUE(opened_.empty());
  Exchange* exchange = client_->acquire();
  exchange->request.url = in_scheme("http://127.0.0.1:1/");
  client_->send(*exchange);
  while (responses_.empty()) loop_.run_once();
  EXPECT_EQ(responses_[0].error, TransportError::connect_failed);
}

TEST_P(OpenAheadTest, AnOpeningWithoutAnAnswerEndsAtTheTimeout) {
  const LoopbackListener silent(5);
  make({.parallel = 2, .connection = {.timeout = 100ms}});
  open_ahead(in_scheme(silent.url()), 2);
  wait_for_openings();
  EXPECT_EQ(opened_.empty(), is_tls());
}

TEST_P(OpenAheadTest, WithoutReuseNoConnectionIsOpened) {
  make({.parallel = 3, .connection = {.timeout = 5s, .reuses = false}});
  open_ahead(in_scheme("http://127.0.0.1:1/"), 3);
  EXPECT_FALSE(client_->is_opening_ahead());
}

TEST_P(OpenAheadTest, AClientMayEndWhileConnectionsAreOpened) {
  ScriptServer server(
      wire(), 4, [](int, ScriptedConnection& connection) { answer_all(connection, ok_script()); });
  make({.parallel = 3, .connection = {.timeout = 5s}});
  send_first(server.url());
  make({.parallel = 3, .connection = {.timeout = 5s}});
  open_ahead(server.url(), 3);
  EXPECT_TRUE(client_->is_opening_ahead());
  client_.reset();
  EXPECT_TRUE(opened_.empty());
}

TEST_P(OpenedTest, AConnectionThatCouldNotBeMadeWasNotOpened) {
  make({.parallel = 1, .connection = {.timeout = 5s}});
  Exchange* exchange = client_->acquire();
  exchange->request.url = in_scheme("http://127.0.0.1:1/");
  client_->send(*exchange);
  while (responses_.empty()) loop_.run_once();
  EXPECT_EQ(responses_[0].error, TransportError::connect_failed);
  EXPECT_TRUE(opened_.empty());
}

PACELINE_OVER_EVERY_TRANSPORT(OpenedTest);
PACELINE_OVER_EVERY_TRANSPORT(OpenAheadTest);

}  // namespace
}  // namespace paceline::http
