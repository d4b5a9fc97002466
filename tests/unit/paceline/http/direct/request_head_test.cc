#include <gtest/gtest.h>
#include <paceline/http/direct/request_head.h>
#include <paceline/http/transport.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paceline::http::direct {
namespace {

/// What stands before it, but for its own.
const std::string agent = "User-Agent: " + user_agent() + "\r\n";

std::shared_ptr<const Target> target_of(const std::string& url) {
  return Targets({}).find(url);
}

std::string head(Method method, const std::string& url,
                 const std::vector<std::string>& lines = {}) {
  const HeaderList headers(lines);
  const auto made = request_head(method, target_of(url), &headers);
  return made ? made->text : made.error().message;
}

TEST(RequestHead, AGetIsWhole) {
  EXPECT_EQ(head(Method::get, "http://127.0.0.1:8000/a/b?c=d&e"),
            "GET /a/b?c=d&e HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n" + agent + "Accept: */*\r\n\r\n");
}

TEST(RequestHead, APostLacksTheNumberOfItsBytes) {
  EXPECT_EQ(head(Method::post, "http://host/v1", {"Content-Type: application/json", "X-One: 1"}),
            "POST /v1 HTTP/1.1\r\nHost: host\r\n" + agent +
                "Accept: */*\r\nContent-Type: application/json\r\n"
                "X-One: 1\r\nContent-Length: ");
  EXPECT_EQ(head(Method::post, "http://host/v1"),
            "POST /v1 HTTP/1.1\r\nHost: host\r\n" + agent +
                "Accept: */*\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ");
}

TEST(RequestHead, WithoutHeadersOrAPathItIsTheRoot) {
  const auto made = request_head(Method::get, target_of("http://host:80#part"), nullptr);
  EXPECT_EQ(made->text, "GET / HTTP/1.1\r\nHost: host\r\n" + agent + "Accept: */*\r\n\r\n");
}

TEST(RequestHead, AHeaderLineWinsOverWhatIsUsual) {
  EXPECT_EQ(
      head(Method::get, "http://host/", {"host: other", "ACCEPT: text/plain", "USER-agent: me"}),
      "GET / HTTP/1.1\r\nhost: other\r\nACCEPT: text/plain\r\nUSER-agent: me\r\n\r\n");
}

TEST(RequestHead, WithoutReuseTheServerIsAskedToClose) {
  const auto made =
      request_head(Method::get, target_of("http://host/"), nullptr, {.reuses = false});
  EXPECT_EQ(made->text, "GET / HTTP/1.1\r\nHost: host\r\n" + agent +
                            "Accept: */*\r\nConnection: close\r\n\r\n");
}

TEST(RequestHead, OverTlsTheUsualPortIsAnother) {
  EXPECT_EQ(head(Method::get, "https://host/"),
            "GET / HTTP/1.1\r\nHost: host\r\n" + agent + "Accept: */*\r\n\r\n");
  EXPECT_EQ(head(Method::get, "https://host:80/"),
            "GET / HTTP/1.1\r\nHost: host:80\r\n" + agent + "Accept: */*\r\n\r\n");
}

TEST(RequestHead, InHttp2NamesAreInLowerCaseAndTheHostIsTheAuthority) {
  const HeaderList lines{"X-One:  1 ", "HOST: other"};
  const auto made =
      request_head(Method::post, target_of("https://host:8443/v1?a=b"), &lines, {.reuses = false});
  std::string text;
  for (const HeaderField& field : made->fields) text += field.name + "=" + field.value + "\n";
  EXPECT_EQ(text, ":method=POST\n:scheme=https\n:authority=other\n:path=/v1?a=b\nuser-agent=" +
                      user_agent() +
                      "\naccept=*/*\nx-one=1\n"
                      "content-type=application/x-www-form-urlencoded\n");
}

TEST(RequestHead, TheOriginIsTheHostWithItsPort) {
  const auto origin = [](const std::string& url) {
    return request_head(Method::get, target_of(url), nullptr)->origin;
  };
  EXPECT_EQ(origin("http://host/a"), "http://host:80");
  EXPECT_EQ(origin("http://host:80/b"), "http://host:80");
  EXPECT_EQ(origin("http://host:8080/b"), "http://host:8080");
  EXPECT_EQ(origin("http://[::1]:8080/b"), "http://[::1]:8080");
  EXPECT_EQ(origin("https://host/b"), "https://host:443");
  EXPECT_EQ(head(Method::get, "http://[::1]:8080/"),
            "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n" + agent + "Accept: */*\r\n\r\n");
}

std::optional<ErrorCode> code_of(const std::string& url,
                                 const std::vector<std::string>& lines = {}) {
  const HeaderList headers(lines);
  const auto made = request_head(Method::get, target_of(url), &headers);
  if (made) return std::nullopt;
  return made.error().code;
}

TEST(RequestHead, WhatItCannotCarryIsAnError) {
  for (const char* url : {"http://user@host/", "https://user@host/", "http://u:p@host/",
                          "http://[fe80::1%25eth0]/", "http://h\xC3\xB6st/", "ftp://host/"}) {
    EXPECT_EQ(code_of(url), ErrorCode::not_carried) << url;
  }
  for (const char* url : {"http://not a host/", "http://", ""}) {
    EXPECT_EQ(code_of(url), ErrorCode::invalid_value) << url;
  }
  EXPECT_EQ(head(Method::get, "ftp://host/"), "the direct transport does not support ftp");
  for (const char* line : {"Transfer-Encoding: chunked", "content-length: 5", "Connection: close",
                           "Expect: 100-continue", "Accept:", "Accept: ", "X-Empty;", "nothing"}) {
    EXPECT_EQ(code_of("http://host/", {line}), ErrorCode::not_carried) << line;
  }
}

}  // namespace
}  // namespace paceline::http::direct
