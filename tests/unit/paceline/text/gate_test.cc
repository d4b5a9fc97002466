#include <gtest/gtest.h>
#include <paceline/text/gate.h>

#include <cstdlib>
#include <string>

namespace paceline::text {
namespace {

TEST(GateTest, ShowsOneHarmlessLine) {
  const Gate gate;
  EXPECT_EQ(gate.shown("größer, 試験, 🙂"), "größer, 試験, 🙂");
  EXPECT_EQ(gate.shown("a\r\nb\tc\u2028d"), "a  b c d");
  EXPECT_EQ(gate.shown("\x1b]0;title\x07\x1b[31mred"), "\uFFFD]0;title\uFFFD\uFFFD[31mred");
  EXPECT_EQ(gate.shown("\u009b31m \x7f \u202Eabc\u202C \u2066"),
            "\uFFFD31m \uFFFD \uFFFDabc\uFFFD \uFFFD");
  EXPECT_EQ(gate.shown(std::string("nul\0byte", 8)), "nul\uFFFDbyte");
  EXPECT_EQ(gate.shown("\xff\xc3("), "\uFFFD\uFFFD(");
  EXPECT_EQ(gate.shown(""), "");
}

TEST(GateTest, CutsAtTheEndOfACharacter) {
  const Gate gate;
  EXPECT_EQ(gate.shown("12345678", 8), "12345678");
  EXPECT_EQ(gate.shown("123456789", 8), "12345…");
  EXPECT_EQ(gate.shown("1234€€€€", 8), "1234…");
  EXPECT_EQ(gate.shown("12345€€€", 8), "12345…");
  EXPECT_EQ(gate.shown(std::string(299, 'x') + "€€€", 300).size(), 300U);
}

TEST(GateTest, RemovesSecretsBeforeItCuts) {
  Gate gate;
  gate.add_secret("sk-SECRETsecret0123456789abcdef");
  EXPECT_EQ(gate.shown("key sk-SECRETsecret0123456789abcdef is wrong"), "key [removed] is wrong");
  EXPECT_EQ(gate.shown("sk-SECRETsecret0123456789abcdef", 12), "[removed]");
  EXPECT_EQ(gate.without_secrets("\x1b sk-SECRETsecret0\n"), "\x1b [removed]\n");
}

TEST(GateTest, KnowsTheUserinfoOfUrls) {
  Gate gate;
  gate.add_userinfo_of("http://admin-user:pass/word@word:99@host:80/v1");
  EXPECT_EQ(gate.shown("admin-user and pass/word@word:99"), "[removed] and [removed]");
  Gate malformed;
  malformed.add_userinfo_of("htp:/longuser:longpassword@host");
  EXPECT_EQ(malformed.shown("cannot parse longuser:longpassword"), "cannot parse [removed]");
  Gate none;
  none.add_userinfo_of("http://host/v1");
  EXPECT_EQ(none.shown("http://host/v1"), "http://host/v1");
}

TEST(GateTest, KnowsThePasswordsOfProxies) {
  setenv("https_proxy", "http://longuser:longpassword@127.0.0.1:1", 1);
  Gate gate;
  gate.add_proxies_of_environment();
  unsetenv("https_proxy");
  EXPECT_EQ(gate.shown("auth longpassword"), "auth [removed]");
}

TEST(WithoutUserinfoTest, ShowsNoPartOfIt) {
  EXPECT_EQ(without_userinfo("http://host/v1"), "http://host/v1");
  EXPECT_EQ(without_userinfo("http://user:pw@host/v1"), "host/v1");
  EXPECT_EQ(without_userinfo("htp//user:p/w@x@host:1"), "host:1");
}

}  // namespace
}  // namespace paceline::text
