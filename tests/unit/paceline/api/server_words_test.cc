#include <gtest/gtest.h>
#include <paceline/api/response_reader.h>
#include <simdjson.h>

#include <string>

namespace paceline::api {
namespace {

std::string words_in_json(const std::string& body) {
  simdjson::dom::parser parser;
  return words_of_error(parser.parse(body));
}

TEST(ServerWordsTest, FindsThemInEachShape) {
  for (const char* body :
       {R"({"error":{"message":"no","code":400}})", R"({"error":"no"})",
        R"({"object":"error","message":"no"})", R"({"detail":"no"})",
        R"([{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}])",
        R"({"success":false,"errors":[{"code":7003,"message":"no"}],"messages":[]})",
        R"({"errors":{"message":"no"}})", R"({"statusCode":401,"message":"no"})",
        R"({"error":{"message":null,"code":"no"}})",
        R"({"type":"about:blank","title":"Bad Request","detail":"no","status":400})",
        R"({"choices":null,"base_resp":{"status_code":1002,"status_msg":"no"}})",
        R"({"error":{"message":""},"message":"no"})", R"("no")"}) {
    EXPECT_EQ(words_in_json(body), "no") << body;
  }
  EXPECT_EQ(words_in_json(R"({"choices":[]})"), "");
  EXPECT_EQ(words_in_json("7"), "");
}

TEST(ServerWordsTest, TellsThePlaceOfEachError) {
  EXPECT_EQ(words_in_json(R"({"detail":[{"loc":["body","messages",0,"role"],"msg":"is missing"},)"
                          R"({"loc":["body","n"],"msg":"is no number"}]})"),
            "body.messages.0.role: is missing; body.n: is no number");
  EXPECT_EQ(
      words_in_json(R"({"object":"error","message":{"detail":[{"loc":["body"],"msg":"no"}]}})"),
      "body: no");
}

TEST(ServerWordsTest, AGatewayTellsItsProvidersWords) {
  EXPECT_EQ(words_in_json(R"({"error":{"message":"Provider returned error",)"
                          R"("metadata":{"raw":"model is loading"}}})"),
            "Provider returned error: model is loading");
}

TEST(ServerWordsTest, OfAPageTheTitleOrTheTextIsTold) {
  EXPECT_EQ(words_of_text("<html><head><title>502 Bad\n Gateway</title></head><body><h1>x</h1>"
                          "</body></html>"),
            "502 Bad Gateway");
  EXPECT_EQ(words_of_text("\n<!DOCTYPE html><html><style>h1{}</style><script>a<b</script>"
                          "<h1>Not&nbsp;found</h1> &lt;here&gt;<!-- a > b -->"),
            "Not found <here>");
  EXPECT_EQ(words_of_text("<html><title></title>no title"), "no title");
  EXPECT_EQ(words_of_text("<html><title>cut"), "cut");
  EXPECT_EQ(words_of_text("<html"), "");
  EXPECT_EQ(words_of_text("a < b and <c"), "a < b and <c");
}

TEST(ServerWordsTest, TheyAreOneShortLine) {
  EXPECT_EQ(words_of_text("  upstream\r\n\tconnect  error \n"), "upstream connect error");
  EXPECT_EQ(words_of_text(std::string(5'000, 'x')).size(), 300U);
  // Of two bytes each: none is cut in two.
  std::string text = "x";
  for (int i = 0; i < 500; ++i) text += "ñ";
  EXPECT_EQ(words_of_text(text).size(), 299U);
  EXPECT_EQ(words_in_json("{\"error\":\"" + text + "\"}").size(), 299U);
}

TEST(ServerWordsTest, BinaryDataHasNone) {
  EXPECT_EQ(words_of_text(std::string("\x1f\x8b\x08\x00 abc", 8)), "");
}

TEST(ServerWordsTest, DeepAndWideErrorsAreBounded) {
  std::string deep = "\"x\"";
  for (int i = 0; i < 500; ++i) deep = "{\"error\":" + deep + "}";
  EXPECT_EQ(words_in_json(deep), "");
  std::string wide = "[\"y\"";
  for (int i = 0; i < 10'000; ++i) wide += ",\"y\"";
  EXPECT_LE(words_in_json(wide + "]").size(), 300U);
}

}  // namespace
}  // namespace paceline::api
