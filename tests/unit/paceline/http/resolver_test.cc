#include <gtest/gtest.h>
#include <paceline/http/resolver.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "../../message_of.h"
#include "../../test_loop.h"
#include "staged_lookup.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

class ResolverTest : public testing::Test {
 protected:
  /// Until the lookups that go on have ended.
  void wait() {
    while (!woken_) loop_.run_once();
    woken_ = false;
  }

  Resolver::Known find(std::chrono::nanoseconds after = 0ns) {
    return resolver_->find("api.test", start_ + after);
  }

  Addresses addresses(std::chrono::nanoseconds after = 0ns) {
    const auto known = find(after);
    return known.addresses ? *known.addresses : Addresses{"none"};
  }

  TestLoop loop_;
  bool woken_ = false;
  loop::Wakeup wakeup_{loop_, [this] { woken_ = true; }};
  StagedLookup lookup_;
  std::shared_ptr<Resolver> resolver_ = Resolver::make(40s, lookup_.function());
  TimePoint start_ = Clock::now();

  void SetUp() override { resolver_->add(wakeup_); }
  void TearDown() override { resolver_->remove(wakeup_); }
};

TEST_F(ResolverTest, AHostIsLookedUpOnce) {
  lookup_.answer(Addresses{"127.0.0.2", "::1"});
  EXPECT_EQ(find().addresses, nullptr);
  EXPECT_EQ(message_of(find().error), "");
  wait();
  EXPECT_EQ(addresses(), (Addresses{"127.0.0.2", "::1"}));
  EXPECT_EQ(find(20s).addresses, find().addresses);
  EXPECT_EQ(lookup_.count(), 1);
}

TEST_F(ResolverTest, AnOldAnswerIsUsedUntilThereIsANewOne) {
  lookup_.answer(Addresses{"127.0.0.2"});
  find();
  wait();
  lookup_.hold();
  EXPECT_EQ(addresses(39s), Addresses{"127.0.0.2"});
  EXPECT_EQ(addresses(80s), Addresses{"127.0.0.2"});
  EXPECT_EQ(find(80s).moves, 0U);
  lookup_.answer(Addresses{"127.0.0.3"});
  wait();
  EXPECT_EQ(addresses(), Addresses{"127.0.0.3"});
  EXPECT_EQ(find().moves, 1U);
  EXPECT_EQ(lookup_.count(), 2);
}

TEST_F(ResolverTest, AHostThatKeepsOneOfItsAddressesHasNotMoved) {
  lookup_.answer(Addresses{"127.0.0.2", "127.0.0.3"});
  find();
  wait();
  const auto before = find().addresses;
  lookup_.answer(Addresses{"127.0.0.3", "127.0.0.2"});
  find(39s);
  wait();
  EXPECT_EQ(find().addresses, before);
  lookup_.answer(Addresses{"127.0.0.3", "127.0.0.4"});
  find(90s);
  wait();
  EXPECT_EQ(addresses(), (Addresses{"127.0.0.3", "127.0.0.4"}));
  EXPECT_EQ(find().moves, 0U);
}

TEST_F(ResolverTest, WhatCannotBeFoundIsAskedForAgainAfterAPause) {
  lookup_.answer(fail(ErrorCode::lookup_failed, "no such host"));
  find();
  wait();
  EXPECT_EQ(message_of(find().error), "no such host");
  lookup_.answer(Addresses{"127.0.0.2"});
  EXPECT_EQ(message_of(find(10s).error), "");
  wait();
  EXPECT_EQ(addresses(), Addresses{"127.0.0.2"});
}

TEST_F(ResolverTest, AFailureLeavesTheOldAddresses) {
  lookup_.answer(Addresses{"127.0.0.2"});
  find();
  wait();
  lookup_.answer(fail(ErrorCode::lookup_failed, "the server is gone"));
  find(39s);
  wait();
  EXPECT_EQ(addresses(), Addresses{"127.0.0.2"});
  EXPECT_EQ(message_of(find().error), "");
}

TEST_F(ResolverTest, AfterAFailedConnectItIsAtOnce) {
  lookup_.answer(Addresses{"127.0.0.2"});
  find();
  wait();
  lookup_.answer(Addresses{"127.0.0.3"});
  resolver_->distrust("api.test", start_ + 1s);
  wait();
  EXPECT_EQ(addresses(), Addresses{"127.0.0.3"});
  resolver_->distrust("other.test", start_ + 1s);
  EXPECT_EQ(lookup_.count(), 2);
}

TEST_F(ResolverTest, ARefreshNeedsNoRequest) {
  lookup_.answer(Addresses{"127.0.0.2"});
  find();
  wait();
  lookup_.answer(Addresses{"127.0.0.3"});
  resolver_->refresh(start_ + 20s);
  EXPECT_EQ(lookup_.count(), 1);
  resolver_->refresh(start_ + 39s);
  wait();
  EXPECT_EQ(addresses(), Addresses{"127.0.0.3"});
}

TEST_F(ResolverTest, ItsEndDoesNotWaitForALookup) {
  lookup_.hold();
  auto short_lived = Resolver::make(40s, lookup_.function());
  short_lived->find("api.test", start_);
  short_lived.reset();
  lookup_.answer(Addresses{"127.0.0.2"});
}

TEST(NeedsLookupTest, OnlyNames) {
  for (const char* host : {"api.test", "localhost.test", "notlocalhost", "1.2.3.4.5", "xn--a"}) {
    EXPECT_TRUE(needs_lookup(host)) << host;
  }
  for (const char* host : {"127.0.0.1", "::1", "[::1]", "[fe80::1%eth0]", "localhost", "LocalHost",
                           "a.localhost", ""}) {
    EXPECT_FALSE(needs_lookup(host)) << host;
  }
}

TEST(LookUpTest, ANumberIsItself) {
  EXPECT_EQ(look_up("127.0.0.7"), Addresses{"127.0.0.7"});
  const auto found = look_up("no host at all");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::lookup_failed);
  EXPECT_TRUE(found.error().message.starts_with("cannot find the address of no host at all: "));
}

}  // namespace
}  // namespace paceline::http
