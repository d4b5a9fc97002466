#include <gtest/gtest.h>
#include <paceline/http/host_addresses.h>
#include <paceline/http/resolver.h>

#include <string>

#include "../../message_of.h"

namespace paceline::http {
namespace {

TEST(HostAddressesTest, ReadsHostPortAndAddresses) {
  const auto one = parse_host_addresses("api.test:443:10.0.0.7");
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(one->host, "api.test");
  EXPECT_EQ(one->port, 443);
  EXPECT_EQ(one->addresses, Addresses{"10.0.0.7"});
  const auto several = parse_host_addresses("localhost:80:[::1],127.0.0.1,fe80::1");
  ASSERT_TRUE(several) << several.error().message;
  EXPECT_EQ(several->addresses, (Addresses{"::1", "127.0.0.1", "fe80::1"}));
}

TEST(HostAddressesTest, ABadFormIsASentence) {
  const auto why = [](const std::string& text) { return message_of(parse_host_addresses(text)); };
  const std::string form = "give HOST:PORT:ADDRESS, such as api.test:443:10.0.0.7";
  EXPECT_EQ(why(""), "'': " + form);
  EXPECT_EQ(why("api.test"), "'api.test': " + form);
  EXPECT_EQ(why("api.test:443"), "'api.test:443': " + form);
  EXPECT_EQ(why("*:443:1.2.3.4"), "'*:443:1.2.3.4': the host is not a name; " + form);
  EXPECT_EQ(why(":443:1.2.3.4"), "':443:1.2.3.4': the host is not a name; " + form);
  EXPECT_EQ(why("u@host:443:1.2.3.4"), "'u@host:443:1.2.3.4': the host is not a name; " + form);
  EXPECT_EQ(why("a:0:1.2.3.4"), "'a:0:1.2.3.4': give a port from 1 to 65535");
  EXPECT_EQ(why("a:https:1.2.3.4"), "'a:https:1.2.3.4': give a port from 1 to 65535");
  EXPECT_EQ(why("a:1:"), "'a:1:': '' is not an IP address");
  EXPECT_EQ(why("a:1:1.2.3.4,"), "'a:1:1.2.3.4,': '' is not an IP address");
  EXPECT_EQ(why("a:1:host"), "'a:1:host': 'host' is not an IP address");
  EXPECT_EQ(why("a:1:[1.2.3.4]"), "'a:1:[1.2.3.4]': '[1.2.3.4]' is not an IP address");
  EXPECT_EQ(why("[::1]:1:1.2.3.4"),
            "'[::1]:1:1.2.3.4': a URL with an IPv6 address needs no lookup; name a host");
}

TEST(HostAddressesTest, AreUsedByUrlsWithHostAndPort) {
  const auto host = parse_host_addresses("api.test:443:10.0.0.7");
  ASSERT_TRUE(host) << host.error().message;
  for (const char* url : {"https://api.test/v1", "https://API.test:443/", "http://api.test:443"}) {
    EXPECT_TRUE(is_used(*host, url)) << url;
  }
  for (const char* url : {"http://api.test/v1", "https://api.test:8443/", "https://apis.test/",
                          "https://10.0.0.7/", "", ":"}) {
    EXPECT_FALSE(is_used(*host, url)) << url;
  }
}

}  // namespace
}  // namespace paceline::http
