#include <gtest/gtest.h>
#include <paceline/http/target.h>

#include <string>

#include "../../message_of.h"

namespace paceline::http {
namespace {

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

TEST(UrlTest, NeedsASchemeAndAHost) {
  EXPECT_EQ(message_of(check_url("http://localhost:8000/v1")), "");
  EXPECT_EQ(message_of(check_url("https://api.openai.com/v1?api-version=1")), "");
  EXPECT_EQ(message_of(check_url("http://user:word@[::1]:80")), "");
  for (const char* url : {"", "api.openai.com", "ftp://host", "http://", "http:///v1"}) {
    EXPECT_TRUE(has(message_of(check_url(url)), "is not a URL")) << url;
  }
}

TEST(UrlTest, TellsWhatIsWrong) {
  EXPECT_TRUE(has(message_of(check_url("http://host:99999/v1")), "a port from 1 to 65535"));
  EXPECT_TRUE(has(message_of(check_url("http://host:port/v1")), "a port from 1 to 65535"));
  EXPECT_TRUE(has(message_of(check_url("http://host/v1#x")), "fragment"));
}

TEST(UrlTest, ShowsNoPartOfTheUserinfo) {
  for (const char* url : {"htp://user:secret@host/v1", "http://user:sec/ret@host:99999",
                          "http://user:secret@host/v1#x", "//user:secret@host"}) {
    const std::string why = message_of(check_url(url));
    EXPECT_FALSE(has(why, "user")) << why;
    EXPECT_FALSE(has(why, "sec")) << why;
    EXPECT_TRUE(has(why, "host")) << why;
  }
  EXPECT_FALSE(has(message_of(check_base_url("http://user:secret@host/v1/responses")), "user"));
}

TEST(UrlTest, ABaseUrlNamesNoResource) {
  EXPECT_EQ(message_of(check_base_url("http://host/v1")), "");
  EXPECT_EQ(message_of(check_base_url("http://host/openai/deployments/d?api-version=1")), "");
  for (const char* url : {"http://host/v1/chat/completions", "http://host/v1/embeddings/",
                          "http://host/v1/responses?x=1"}) {
    EXPECT_TRUE(has(message_of(check_base_url(url)), "give the base URL, without '/")) << url;
  }
}

TEST(UrlTest, AHostIsShownWithoutAPassword) {
  EXPECT_EQ(host_of("https://user:secret@host:8080/v1?x=@y"), "host:8080");
  EXPECT_EQ(host_of("http://host"), "host");
  EXPECT_EQ(host_of(""), "");
}

TEST(UrlTest, AResourceStandsBeforeTheQuery) {
  EXPECT_EQ(resource_url("http://host/v1", "/models"), "http://host/v1/models");
  EXPECT_EQ(resource_url("http://host/v1/", "/models"), "http://host/v1/models");
  EXPECT_EQ(resource_url("http://host/d?api-version=1", "/chat/completions"),
            "http://host/d/chat/completions?api-version=1");
  EXPECT_EQ(without_query("http://host/v1?x"), "http://host/v1");
}

}  // namespace
}  // namespace paceline::http
