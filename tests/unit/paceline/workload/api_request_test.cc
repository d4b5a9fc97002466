#include <gtest/gtest.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/body_template.h>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "../../message_of.h"

namespace paceline::workload {
namespace {

TEST(HeaderTest, HasANameAndAValue) {
  for (const char* good : {"x-team: 7", "X-Team:7", "x: \ta", "Authorization: Bearer a b"}) {
    EXPECT_TRUE(check_header(good)) << good;
  }
  for (const char* bad : {"", "x", ":", ": 1", "x y: 1", "x\n: 1", "é: 1",
                          "x:", "x:  ", "x: a\nb: c", "x: \x01", "x: \x7f"}) {
    EXPECT_FALSE(check_header(bad)) << bad;
  }
}

TEST(HeaderTest, TheSentenceShowsNoValue) {
  const std::string message = message_of(check_header("Authorization: secret\nx: y"));
  EXPECT_EQ(message, "the header Authorization has a line break or another control character");
}

TEST(HeaderTest, FramingIsNotTheUsers) {
  for (const char* framing :
       {"Content-Length: 3", "transfer-encoding: chunked", "Connection: close"}) {
    EXPECT_NE(message_of(check_header(framing)).find("paceline sets the header"), std::string::npos)
        << framing;
  }
}

HeaderList headers_of(const Api& api, ApiKind kind = ApiKind::chat) {
  Request request;
  ApiPost(api, api::form_of(kind)).begin(api.url, false, request);
  return *request.headers;
}

TEST(HeaderTest, TheKeyHasTheFormThatTheApiExpects) {
  const auto key_header = [](Auth auth) {
    const HeaderList lines = headers_of({.key = "user:pass", .auth = auth});
    EXPECT_EQ(lines.front(), "Content-Type: application/json");
    return lines.size() == 2 ? lines.back() : "";
  };
  EXPECT_EQ(key_header(Auth::bearer), "Authorization: Bearer user:pass");
  EXPECT_EQ(key_header(Auth::api_key), "api-key: user:pass");
  EXPECT_EQ(key_header(Auth::x_api_key), "x-api-key: user:pass");
  EXPECT_EQ(key_header(Auth::basic), "Authorization: Basic dXNlcjpwYXNz");
  EXPECT_EQ(key_header(Auth::none), "");
  EXPECT_EQ(headers_of({}).size(), 1U);
  EXPECT_EQ(key_header(Auth::automatic), "Authorization: Bearer user:pass");
  EXPECT_EQ(headers_of({.key = "k"}, ApiKind::messages),
            (HeaderList{"Content-Type: application/json", "anthropic-version: 2023-06-01",
                        "x-api-key: k"}));
}

TEST(HeaderTest, AHeaderOfTheUserReplacesPacelinesOwn) {
  const Api api{.key = "key", .headers = {"authorization: Token 1", "x-team: 7", "x-team: 8"}};
  EXPECT_EQ(headers_of(api), (HeaderList{"Content-Type: application/json", "authorization: Token 1",
                                         "x-team: 7", "x-team: 8"}));
}

TEST(BodyPatchTest, IsAnObjectWithoutStream) {
  EXPECT_TRUE(check_body_patch("{}"));
  EXPECT_TRUE(check_body_patch(R"({"reasoning_effort":"low","a":null})"));
  for (const char* bad : {"", "[]", "1", "null", "{", "{'a':1}", R"({"stream":true})"}) {
    EXPECT_FALSE(check_body_patch(bad)) << bad;
  }
}

TEST(BodyPatchTest, ReplacesAddsAndRemovesFields) {
  EXPECT_EQ(merged_text(R"({"model":"m","max_tokens":9,"a":{"b":1,"c":2}})",
                        R"({"max_tokens":null,"max_completion_tokens":9,"a":{"c":null,"d":[1]}})"),
            R"({"model":"m","a":{"b":1,"d":[1]},"max_completion_tokens":9})");
}

TEST(BodyPatchTest, KeepsPlaceholders) {
  const std::string number(BodyTemplate::number);
  const std::string nonce(BodyTemplate::nonce);
  const std::string merged = template_text({{"a", nonce + "b" + number}}, R"({"c":1})");
  EXPECT_EQ(merged, R"({"a":")" + nonce + "b" + number + R"(","c":1})");
  std::string body;
  BodyTemplate(merged).fill(1, 41, body);
  EXPECT_EQ(body, R"({"a":"00000001-00000029b41","c":1})");
}

TEST(BodyPatchTest, APlaceholderInThePatchIsReplaced) {
  EXPECT_EQ(template_text({{"a", 1}}, "{\"b\":\"\uFDD2\"}"), "{\"a\":1,\"b\":\"\uFFFD\"}");
}

TEST(BodyPatchTest, ALoneSurrogateLosesNoOtherField) {
  EXPECT_EQ(merged_text(R"({"model":"m","input":"a\ud800b"})", R"({"c":1})"),
            "{\"model\":\"m\",\"input\":\"a\uFFFDb\",\"c\":1}");
}

TEST(BodyPatchTest, MayNameTheModel) {
  EXPECT_EQ(merged_model("m", ""), "m");
  EXPECT_EQ(merged_model("m", R"({"a":1})"), "m");
  EXPECT_EQ(merged_model("m", R"({"model":"other"})"), "other");
  EXPECT_EQ(merged_model("m", R"({"model":null})"), "");
}

TEST(ApiTest, IsCheckedAsAWhole) {
  EXPECT_EQ(find_error({.headers = {"x: 1"}, .body_patch = "{}"}), std::nullopt);
  EXPECT_NE(message_of(find_error({.headers = {"x: 1", "y"}})), "");
  EXPECT_NE(message_of(find_error({.body_patch = "[]"})), "");
}

}  // namespace
}  // namespace paceline::workload
