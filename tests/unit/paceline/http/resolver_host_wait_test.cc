#include <gtest/gtest.h>
#include <paceline/http/resolver.h>
#include <paceline/http/transport.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "../../test_loop.h"
#include "staged_lookup.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class HostWaitTest : public testing::Test {
 protected:
  explicit HostWaitTest(std::chrono::nanoseconds ttl = 1h)
      : resolver_(Resolver::make(ttl, lookup_.function())) {}

  /// The first address of each host of the route; waits for lookups.
  std::vector<std::string> addresses(const Route& route) {
    for (;;) {
      const auto found = hosts_.find(exchange_, route);
      if (*found) {
        std::vector<std::string> first;
        for (const Resolver::Known& known : **found) first.push_back(known.addresses->front());
        return first;
      }
      is_found_ = false;
      while (!is_found_) loop_.run_once();
    }
  }

  TestLoop loop_;
  StagedLookup lookup_;
  std::shared_ptr<Resolver> resolver_;
  bool is_found_ = false;
  Exchange exchange_{0};
  HostWait hosts_{loop_, resolver_, [this](Exchange&) { is_found_ = true; }};
  const Route api_{{"api.test", "80"}};
};

TEST_F(HostWaitTest, FindsAgainWhatIsKnown) {
  lookup_.answer(Addresses{"127.0.0.1"});
  EXPECT_EQ(addresses(api_), std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(addresses(api_), std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(lookup_.count(), 1);
  // Another port has the same addresses.
  EXPECT_EQ(addresses({{"api.test", "81"}}), std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(lookup_.count(), 1);
}

TEST_F(HostWaitTest, EachRouteHasItsOwnHosts) {
  lookup_.answer(Addresses{"127.0.0.1"});
  const auto given = std::make_shared<const Addresses>(Addresses{"127.0.0.9"});
  const Route of_given{{"api.test", "80", given}};
  const Route of_both{{"api.test", "80"}, {"proxy.test", "80", given}};
  const std::vector<std::string> both{"127.0.0.1", "127.0.0.9"};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(addresses(api_), std::vector<std::string>{"127.0.0.1"});
    EXPECT_EQ(addresses(of_given), std::vector<std::string>{"127.0.0.9"});
    EXPECT_EQ(addresses(of_both), both);
    EXPECT_TRUE(hosts_.find(exchange_, {})->value().empty());
  }
}

TEST_F(HostWaitTest, FindsWhatAnotherLookupFound) {
  lookup_.answer(Addresses{"127.0.0.1"});
  EXPECT_EQ(addresses(api_), std::vector<std::string>{"127.0.0.1"});
  lookup_.answer(Addresses{"127.0.0.2"});
  hosts_.distrust(api_);
  // A failed connect starts a lookup after a pause at the earliest.
  const TimePoint end = Clock::now() + 30s;
  while (lookup_.count() < 2 && Clock::now() < end) {
    addresses(api_);
    std::this_thread::sleep_for(1ms);
  }
  while (addresses(api_).front() != "127.0.0.2" && Clock::now() < end) {
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(addresses(api_), std::vector<std::string>{"127.0.0.2"});
}

class ShortHostWaitTest : public HostWaitTest {
 protected:
  ShortHostWaitTest() : HostWaitTest(200ms) {}
};

TEST_F(ShortHostWaitTest, LooksUpAgainWhenALookupIsDue) {
  lookup_.answer(Addresses{"127.0.0.1"});
  EXPECT_EQ(addresses(api_), std::vector<std::string>{"127.0.0.1"});
  lookup_.answer(Addresses{"127.0.0.2"});
  // The loop does not run, so that only find() can start the lookup.
  const TimePoint end = Clock::now() + 30s;
  while (addresses(api_).front() != "127.0.0.2" && Clock::now() < end) {
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(addresses(api_), std::vector<std::string>{"127.0.0.2"});
  EXPECT_EQ(lookup_.count(), 2);
}

}  // namespace
}  // namespace paceline::http
