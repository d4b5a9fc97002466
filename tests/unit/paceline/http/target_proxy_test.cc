#include <gtest/gtest.h>
#include <paceline/http/host_addresses.h>
#include <paceline/http/target.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace paceline::http {
namespace {

class ProxyTest : public testing::Test {
 protected:
  ~ProxyTest() override {
    for (const std::string& name : set_) unsetenv(name.c_str());
  }

  void set(const std::string& name, const std::string& value) {
    setenv(name.c_str(), value.c_str(), 1);
    set_.push_back(name);
  }

  std::vector<std::string> set_;
};

TEST_F(ProxyTest, EachSchemeHasItsOwn) {
  set("http_proxy", "one.test:8080");
  set("HTTPS_PROXY", "https://user:word@two.test");
  const Proxies proxies = Proxies::from_environment();
  ASSERT_TRUE(proxies.any());
  const Proxy* plain = proxies.find("http", "api.test");
  ASSERT_NE(plain, nullptr);
  EXPECT_EQ(plain->url, "one.test:8080");
  EXPECT_EQ(plain->at.host, "one.test");
  EXPECT_EQ(plain->at.port, "8080");
  EXPECT_FALSE(plain->wants_address);
  const Proxy* tls = proxies.find("https", "api.test");
  ASSERT_NE(tls, nullptr);
  EXPECT_EQ(tls->at.host, "two.test");
  EXPECT_EQ(tls->at.port, "443");
}

TEST_F(ProxyTest, GivenAddressesCanBeTheProxys) {
  set("https_proxy", "http://proxy.test:3128");
  const HostAddresses proxy{"proxy.test", 3128, {"10.0.0.7"}};
  const HostAddresses host{"api.test", 443, {"10.0.0.7"}};
  EXPECT_TRUE(is_used(proxy, "https://api.test/v1"));
  EXPECT_FALSE(is_used(host, "https://api.test/v1"));
  EXPECT_FALSE(is_used(proxy, "http://api.test/v1"));
}

TEST_F(ProxyTest, OneCanBeForAll) {
  set("all_proxy", "socks5://127.0.0.1");
  const Proxies proxies = Proxies::from_environment();
  const Proxy* proxy = proxies.find("https", "api.test");
  ASSERT_NE(proxy, nullptr);
  EXPECT_EQ(proxy->at.host, "127.0.0.1");
  EXPECT_EQ(proxy->at.port, "1080");
  EXPECT_TRUE(proxy->wants_address);
}

TEST_F(ProxyTest, SomeHostsAreDirect) {
  set("http_proxy", "one.test:8080");
  set("no_proxy", "localhost,.internal.test");
  const Proxies proxies = Proxies::from_environment();
  EXPECT_EQ(proxies.find("http", "a.internal.test"), nullptr);
  EXPECT_NE(proxies.find("http", "api.test"), nullptr);
}

TEST_F(ProxyTest, WithoutVariablesThereIsNone) {
  EXPECT_FALSE(Proxies::from_environment().any());
  EXPECT_EQ(Proxies::from_environment().find("http", "api.test"), nullptr);
}

TEST(IsDirectTest, NamesAddressesAndNetworks) {
  EXPECT_TRUE(is_direct("anything", "*"));
  EXPECT_TRUE(is_direct("api.test", "other, api.test"));
  EXPECT_TRUE(is_direct("a.API.test", "api.test"));
  EXPECT_TRUE(is_direct("api.test", ".api.test"));
  EXPECT_FALSE(is_direct("notapi.test", "api.test"));
  EXPECT_FALSE(is_direct("api.test", ""));
  EXPECT_TRUE(is_direct("10.1.2.3", "10.0.0.0/8"));
  EXPECT_TRUE(is_direct("10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(is_direct("11.1.2.3", "10.0.0.0/8"));
  EXPECT_FALSE(is_direct("10.1.2.3", "10.0.0.0/x"));
  EXPECT_TRUE(is_direct("10.1.2.131", "10.1.2.128/25"));
  EXPECT_FALSE(is_direct("10.1.2.3", "10.1.2.128/25"));
  EXPECT_TRUE(is_direct("[fd00::1]", "fd00::/8"));
  EXPECT_TRUE(is_direct("[::1]", "[::1]"));
  EXPECT_FALSE(is_direct("[::1]", "fd00::/8"));
}

}  // namespace
}  // namespace paceline::http
