#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "../../message_of.h"
#include "../../test_loop.h"
#include "fake_transport.h"
#include "staged_lookup.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class ClientLookupTest : public testing::Test {
 protected:
  void send() {
    Exchange* exchange = client_.acquire();
    exchange->request.url = "http://api.test/";
    client_.send(*exchange);
  }

  void pass(std::chrono::milliseconds time) {
    loop::Timer wait(loop_, [this] { loop_.stop(); });
    wait.start(time);
    loop_.run();
  }

  /// Lets the lookup answer, until so many exchanges are on their way.
  void answer_lookup(std::size_t exchanges) {
    lookup_.answer(Addresses{"127.0.0.1"});
    while (network_.sent.size() < exchanges) loop_.run_once();
  }

  TestLoop loop_;
  StagedLookup lookup_;
  FakeNetwork network_;
  std::vector<std::optional<ConnectTimes>> connects_;
  std::vector<ConnectTimes> opened_;
  Client client_{loop_,
                 {.parallel = 3,
                  .connection = {.timeout = 300ms},
                  .resolver = Resolver::make(1h, lookup_.function())},
                 network_.transport(),
                 [this](Exchange& exchange) {
                   connects_.push_back(exchange.response.connect);
                   client_.release(exchange);
                 },
                 {},
                 [this](const ConnectTimes& times) { opened_.push_back(times); }};
};

TEST_F(ClientLookupTest, AnExchangeThatWaitedForALookupHasItsTime) {
  lookup_.hold();
  send();
  pass(20ms);
  send();
  answer_lookup(2);
  // One waited for a new connection, the other one uses it.
  network_.sent[0]->response.connect = ConnectTimes{.tcp = 3ms, .tls = 4ms};
  network_.answer();
  network_.answer();
  // The addresses are known.
  send();
  network_.answer();
  ASSERT_EQ(connects_.size(), 3U);
  ASSERT_TRUE(connects_[0]);
  // The loop's timers count from its last iteration, and so may end early.
  EXPECT_GE(connects_[0]->lookup, 10ms);
  EXPECT_EQ(connects_[0]->tcp, 3ms);
  EXPECT_EQ(connects_[0]->tls, 4ms);
  ASSERT_TRUE(connects_[1]);
  EXPECT_GT(connects_[1]->lookup, 0ms);
  EXPECT_LT(connects_[1]->lookup, connects_[0]->lookup);
  EXPECT_EQ(connects_[1]->tcp, 0ms);
  EXPECT_FALSE(connects_[2]);
}

TEST_F(ClientLookupTest, ATimeOfAnEarlierRequestDoesNotStay) {
  lookup_.answer(Addresses{"127.0.0.1"});
  send();
  answer_lookup(1);
  network_.answer();
  send();
  network_.sent[0]->response.connect = ConnectTimes{.tcp = 1ms};
  network_.answer();
  // On the exchange of the request before.
  send();
  network_.answer();
  ASSERT_EQ(connects_.size(), 3U);
  ASSERT_TRUE(connects_[1]);
  EXPECT_EQ(connects_[1]->lookup, 0ms);
  EXPECT_FALSE(connects_[2]);
}

TEST_F(ClientLookupTest, ALookupWithoutAnAnswerTakesTheWholeTime) {
  lookup_.hold();
  send();
  while (connects_.empty()) loop_.run_once();
  ASSERT_TRUE(connects_[0]);
  EXPECT_GE(connects_[0]->lookup, 150ms);
  EXPECT_TRUE(network_.sent.empty());
}

TEST_F(ClientLookupTest, PassesOnWhatOpeningAConnectionTook) {
  network_.sink->opened({.tcp = 1ms, .tls = 2ms});
  ASSERT_EQ(opened_.size(), 1U);
  EXPECT_EQ(opened_[0].total(), 3ms);
}

}  // namespace
}  // namespace paceline::http
