// Which connection carries which exchange. connection_pool_ahead_test.cc has the connections that
// are opened ahead.

#include <gtest/gtest.h>
#include <paceline/http/direct/connection_pool.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "openings_on_loop.h"
#include "pool_on_loop.h"

namespace paceline::http::direct {
namespace {

using namespace std::chrono_literals;

class ConnectionPoolTest : public testing::Test, protected PoolOnLoop {
 protected:
  ConnectionPoolTest() : PoolOnLoop(4, 4) {}
};

TEST_F(ConnectionPoolTest, TheConnectionThatWasUsedLastIsTakenFirst) {
  const LoopbackListener listener(10);
  std::vector<Connection*> connections;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_FALSE(send(i, listener));
    accept(i, listener);
    connections.push_back(carriers_[i]);
    EXPECT_TRUE(waited_for_opening_[i]);
  }
  for (const std::size_t i : {1U, 0U, 2U}) answer(i, servers_[i]);
  for (const std::size_t i : {2U, 0U, 1U}) {
    EXPECT_TRUE(send(i, listener));
    EXPECT_EQ(carriers_[i], connections[i]);
  }
  EXPECT_EQ(opened_, 3);
}

TEST_F(ConnectionPoolTest, AWaitingExchangeTakesTheConnectionThatIsFreeFirst) {
  const LoopbackListener listener(10);
  send(0, listener);
  const loop::Descriptor& server = accept(0, listener);
  Connection* first = carriers_[0];
  // No connection comes from there.
  const DeafListener deaf(listener.port());
  hosts_ = {{.addresses = std::make_shared<const Addresses>(Addresses{"127.0.0.2"}),
             .error = {},
             .last_move = {}}};
  send(1, listener);
  send(2, listener);
  EXPECT_EQ(pool_->opening(), 2U);
  answer(0, server);
  EXPECT_EQ(carriers_[1], first);
  EXPECT_FALSE(waited_for_opening_[1]);
  answer(1, server);
  EXPECT_EQ(carriers_[2], first);
  answer(2, server);
  EXPECT_TRUE(send(3, listener));
  EXPECT_EQ(opened_, 1);
}

TEST_F(ConnectionPoolTest, ACancelledExchangeWaitsNoMore) {
  const LoopbackListener listener(10);
  send(0, listener);
  send(1, listener);
  EXPECT_EQ(pool_->opening(), 2U);
  EXPECT_TRUE(pool_->cancel(*exchanges_[0]));
  EXPECT_FALSE(pool_->cancel(*exchanges_[0]));
  // The oldest opening, which may never end, goes with it.
  EXPECT_EQ(pool_->opening(), 1U);
  accept(1, listener);
  turn();
  EXPECT_EQ(opened_, 1);
  EXPECT_FALSE(carriers_.contains(0));
  EXPECT_FALSE(pool_->cancel(*exchanges_[1]));
}

TEST_F(ConnectionPoolTest, AFailedOpeningIsTheEndOfTheOldestWaitingExchange) {
  const std::string url = LoopbackListener(1).url();
  send(0, url);
  send(1, url);
  wait_until([this] { return ends_.size() == 2; });
  EXPECT_EQ(ends_[0].error, TransportError::connect_failed);
  EXPECT_EQ(ends_[1].error, TransportError::connect_failed);
  turn();
  EXPECT_EQ(pool_->opening(), 0U);
}

TEST_F(ConnectionPoolTest, AnOpeningThatTimesOutIsNotTheEndOfAYoungerExchange) {
  const LoopbackListener listener(10);
  const DeafListener deaf(listener.port());
  const auto at = [](const char* address) {
    return Resolver::Known{.addresses = std::make_shared<const Addresses>(Addresses{address}),
                           .error = {},
                           .last_move = {}};
  };
  options_.timeout = 50ms;
  hosts_ = {at("127.0.0.2")};
  // The opening is for exchanges to come.
  pool_->open_ahead(origin(listener), 1);
  EXPECT_EQ(pool_->opening(), 1U);
  hosts_ = {at("127.0.0.1")};
  now_ = Clock::now();
  send(0, listener);
  accept(0, listener);
  EXPECT_TRUE(ends_.empty());
}

TEST_F(ConnectionPoolTest, OneThatHasBeenIdleForTooLongIsReplaced) {
  const LoopbackListener listener(10);
  send(0, listener);
  const loop::Descriptor& server = accept(0, listener);
  // What counts is the time since the end of the last exchange, however long that took.
  now_ += 300s;
  send(1, listener);
  answer(0, server);
  answer(1, server);
  now_ += 118s;
  EXPECT_TRUE(send(0, listener));
  now_ += 300s;
  answer(0, server);
  now_ += 118s + 1ms;
  EXPECT_FALSE(send(0, listener));
  EXPECT_GE(closed_, 1);
  accept(0, listener);
}

TEST_F(ConnectionPoolTest, AConnectionThatTheServerClosesIsForgotten) {
  const LoopbackListener listener(10);
  send(0, listener);
  answer(0, accept(0, listener));
  servers_.clear();
  wait_until([this] { return closed_ == 1; });
  EXPECT_FALSE(send(0, listener));
  accept(0, listener);
  servers_.clear();
  wait_until([this] { return ends_.contains(0); });
  EXPECT_EQ(ends_[0].error, TransportError::reset);
  EXPECT_EQ(closed_, 2);
}

TEST_F(ConnectionPoolTest, AtTheLimitTheOldestIdleOneOfAnotherOriginCloses) {
  const LoopbackListener one(10);
  const LoopbackListener other(10);
  for (std::size_t i = 0; i < 4; ++i) {
    send(i, one);
    accept(i, one);
  }
  std::map<std::size_t, Connection*> carriers = carriers_;
  for (const std::size_t i : {1U, 3U, 2U}) {
    now_ += 1s;
    answer(i, servers_[i]);
  }
  // Closes that of exchange 1.
  send(1, other);
  EXPECT_EQ(closed_, 1);
  accept(1, other);
  // The two newest are left, one of which is busy.
  EXPECT_TRUE(send(2, one));
  EXPECT_EQ(carriers_[2], carriers[2]);
  EXPECT_TRUE(send(3, one));
  EXPECT_EQ(carriers_[3], carriers[3]);
  EXPECT_EQ(opened_, 5);
  EXPECT_EQ(closed_, 1);
}

TEST_F(ConnectionPoolTest, AtTheLimitAnOpeningThatNobodyWaitsForGivesItsPlace) {
  const LoopbackListener one(10);
  const LoopbackListener other(10);
  const DeafListener deaf(one.port());
  for (std::size_t i = 0; i < 3; ++i) {
    send(i, one);
    accept(i, one);
  }
  hosts_ = {{.addresses = std::make_shared<const Addresses>(Addresses{"127.0.0.2"}),
             .error = {},
             .last_move = {}}};
  send(3, one);
  answer(0, servers_[0]);
  // The last one has a connection by now, and its opening goes on.
  ASSERT_TRUE(carriers_.contains(3));
  ASSERT_EQ(pool_->opening(), 1U);
  hosts_.clear();
  send(0, other);
  accept(0, other);
  EXPECT_EQ(closed_, 0);
}

TEST_F(ConnectionPoolTest, AHostThatHasMovedGetsNewConnections) {
  const LoopbackListener listener(10);
  const auto after = [](std::uint64_t moves) {
    return Resolver::Known{.addresses = std::make_shared<const Addresses>(Addresses{"127.0.0.1"}),
                           .error = {},
                           .moves = moves,
                           .last_move = {}};
  };
  hosts_ = {after(0)};
  send(0, listener);
  const loop::Descriptor& first = accept(0, listener);
  send(1, listener);
  const loop::Descriptor& second = accept(1, listener);
  answer(0, first);
  hosts_ = {after(1)};
  // The idle one is closed, and the busy one carries its exchange to the end.
  EXPECT_FALSE(send(2, listener));
  EXPECT_EQ(closed_, 1);
  accept(2, listener);
  answer(1, second);
  EXPECT_EQ(closed_, 2);
}

TEST_F(ConnectionPoolTest, AConnectionThatOpensAfterAMoveCarriesNothing) {
  const LoopbackListener listener(10);
  const auto after = [](std::uint64_t moves) {
    return Resolver::Known{.addresses = std::make_shared<const Addresses>(Addresses{"127.0.0.1"}),
                           .error = {},
                           .moves = moves,
                           .last_move = {}};
  };
  hosts_ = {after(0)};
  send(0, listener);
  hosts_ = {after(1)};
  origin(listener);
  accept(0, listener);
  EXPECT_EQ(opened_, 2);
  EXPECT_EQ(closed_, 1);
}

}  // namespace
}  // namespace paceline::http::direct
