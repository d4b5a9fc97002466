#include <gtest/gtest.h>
#include <paceline/http/target.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace paceline::http {
namespace {

TEST(TargetTest, TakesAUrlApart) {
  const auto target = Targets({}).find("http://user:word@host.test:8080/v1?a=b");
  ASSERT_TRUE(target->parsed);
  EXPECT_EQ(target->scheme, "http");
  EXPECT_EQ(target->host, "host.test");
  EXPECT_EQ(target->port, "8080");
  EXPECT_TRUE(target->has_userinfo);
  EXPECT_EQ(target->proxy, nullptr);
  ASSERT_EQ(target->route.size(), 1U);
  EXPECT_EQ(target->route[0].host, "host.test");
}

TEST(TargetTest, ANumberNeedsNoLookup) {
  for (const char* url : {"http://127.0.0.1:1/", "https://[::1]/", "http://localhost/"}) {
    const auto target = Targets({}).find(url);
    EXPECT_TRUE(target->route.empty()) << url;
    EXPECT_FALSE(target->has_userinfo) << url;
  }
}

TEST(TargetTest, GivenAddressesAreOfOneHostAndPort) {
  Targets targets(
      {}, {.host_addresses = {{"api.test", 443, {"127.0.0.1"}}, {"127.0.0.2", 80, {"127.0.0.3"}}}});
  const auto given = [&targets](const std::string& url) {
    const Route route = targets.find(url)->route;
    return route.empty() || !route[0].given ? Addresses() : *route[0].given;
  };
  EXPECT_EQ(given("https://api.test/v1"), Addresses{"127.0.0.1"});
  EXPECT_EQ(given("https://API.test:443/"), Addresses{"127.0.0.1"});
  EXPECT_EQ(given("https://api.test:444/"), Addresses());
  EXPECT_EQ(given("https://www.api.test/"), Addresses());
  EXPECT_EQ(given("http://127.0.0.2/"), Addresses{"127.0.0.3"});
}

TEST(TargetTest, AUnixSocketNeedsNeitherALookupNorAProxy) {
  setenv("http_proxy", "http://proxy.test:1", 1);
  const auto target =
      Targets(Proxies::from_environment(), {.unix_socket = "/run/api.sock"}).find("http://host/");
  unsetenv("http_proxy");
  EXPECT_TRUE(target->parsed);
  EXPECT_EQ(target->proxy, nullptr);
  EXPECT_TRUE(target->route.empty());
}

TEST(TargetTest, WhatIsNoUrlHasNoParts) {
  const auto target = Targets({}).find("http://not a host/");
  EXPECT_FALSE(target->parsed);
  EXPECT_TRUE(target->route.empty());
}

TEST(TargetTest, TheSameUrlIsTheSameTarget) {
  Targets targets({});
  const auto first = targets.find("http://one/");
  EXPECT_NE(targets.find("http://other/"), first);
  EXPECT_EQ(targets.find("http://one/"), first);
  for (int i = 0; i < 1'000; ++i) targets.find("http://one/" + std::to_string(i));
  EXPECT_EQ(targets.find("http://one/")->host, "one");
}

class ProxiedTargetTest : public testing::Test {
 protected:
  ProxiedTargetTest() { setenv("http_proxy", "http://proxy.test:3128", 1); }
  ~ProxiedTargetTest() override {
    unsetenv("http_proxy");
    unsetenv("no_proxy");
  }
};

TEST_F(ProxiedTargetTest, AProxyIsLookedUpInsteadOfTheHost) {
  Targets targets(Proxies::from_environment());
  const auto target = targets.find("http://host.test/");
  ASSERT_NE(target->proxy, nullptr);
  ASSERT_EQ(target->route.size(), 1U);
  EXPECT_EQ(target->route[0].host, "proxy.test");
  EXPECT_EQ(targets.find("https://host.test/")->proxy, nullptr);
}

TEST_F(ProxiedTargetTest, AHostOfNoProxyHasNone) {
  setenv("no_proxy", "127.0.0.1,host.test", 1);
  Targets targets(Proxies::from_environment());
  EXPECT_EQ(targets.find("http://127.0.0.1:1/")->proxy, nullptr);
  EXPECT_EQ(targets.find("http://a.host.test/")->proxy, nullptr);
  EXPECT_NE(targets.find("http://other.test/")->proxy, nullptr);
}

}  // namespace
}  // namespace paceline::http
