#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <chrono>
#include <cstddef>
#include <vector>

#include "../../test_loop.h"
#include "fake_transport.h"
#include "staged_lookup.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class ClientCancelTest : public testing::Test {
 protected:
  void send(bool is_cancelled) {
    Exchange* exchange = client_.acquire();
    exchange->request.url = "http://127.0.0.1:1/";
    client_.send(*exchange);
    if (is_cancelled) client_.cancel_later(*exchange);
  }

  void wait_for(std::size_t ended) {
    while (ended_.size() < ended) loop_.run_once();
  }

  TestLoop loop_;
  FakeNetwork network_;
  std::vector<TransportError> ended_;
  Client client_{loop_,
                 {.parallel = 3, .connection = {.timeout = 200ms}, .cancel_after = 20ms},
                 network_.transport(),
                 [this](Exchange& exchange) {
                   ended_.push_back(exchange.response.error);
                   client_.release(exchange);
                 }};
};

TEST_F(ClientCancelTest, OnlyTheNamedExchangesAreCancelled) {
  send(false);
  send(true);
  wait_for(2);
  EXPECT_EQ(ended_, (std::vector{TransportError::cancelled, TransportError::timed_out}));
  EXPECT_EQ(network_.cancelled, (std::vector{CancelReason::unwanted, CancelReason::overdue}));
}

TEST_F(ClientCancelTest, AnExchangeIsNamedForOneRequestOnly) {
  send(true);
  network_.answer();
  // The same exchange, before the earlier deadline.
  send(false);
  wait_for(2);
  EXPECT_EQ(ended_, (std::vector{TransportError::ok, TransportError::timed_out}));
}

TEST_F(ClientCancelTest, OneThatWaitsForALookupIsCancelledToo) {
  StagedLookup lookup;
  lookup.hold();
  std::vector<TransportError> ended;
  Client client(loop_,
                {.parallel = 1,
                 .connection = {.timeout = 10s},
                 .resolver = Resolver::make(1h, lookup.function()),
                 .cancel_after = 20ms},
                network_.transport(),
                [&ended](Exchange& exchange) { ended.push_back(exchange.response.error); });
  Exchange* exchange = client.acquire();
  exchange->request.url = "http://api.test/";
  client.send(*exchange);
  client.cancel_later(*exchange);
  while (ended.empty()) loop_.run_once();
  EXPECT_EQ(ended.front(), TransportError::cancelled);
  EXPECT_TRUE(network_.sent.empty());
  lookup.answer(Addresses{"127.0.0.1"});
}

}  // namespace
}  // namespace paceline::http
