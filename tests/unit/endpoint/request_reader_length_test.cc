#include <endpoint/generation.h>
#include <endpoint/request_reader.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

constexpr const char* some_object = R"(,"response_format":{"type":"json_object"})";
constexpr const char* some_schema =
    R"(,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":)"
    R"({"type":"object","required":["a"],"properties":{"a":{"enum":["\"tokens\""]}}}}})";

class JsonResponses : public testing::Test {
 protected:
  std::optional<ApiError> read(const std::string& more) {
    std::string body = R"({"model":"m","messages":[{"role":"user","content":"a"}])" + more + "}";
    return reader_.read_chat(body, response_);
  }

  /// The text of the response that this asks for.
  std::string text(const std::string& more) {
    const auto error = read(more);
    EXPECT_FALSE(error) << error->message;
    std::string escaped = "\"";
    append_text_of(response_, escaped);
    escaped += '"';
    dom::parser parser;
    return std::string(std::string_view(parser.parse(escaped)));
  }

  static bool is_json(const std::string& text) {
    dom::parser parser;
    return parser.parse(text).error() == simdjson::SUCCESS;
  }

  RequestReader reader_{LengthModel::fixed(16)};
  Generation response_;
};

TEST_F(JsonResponses, HaveTheirLengthWhereAStringIsFree) {
  const auto response = text(some_object);
  EXPECT_TRUE(is_json(response)) << response;
  EXPECT_EQ(response.size(), 16 * json_token_bytes);
  EXPECT_EQ(response_.tokens, 16U);
  EXPECT_FALSE(response_.is_capped);
}

TEST_F(JsonResponses, FitWithinTheLimitWhereTheyCan) {
  const auto response = text(std::string(some_object) + R"(,"max_tokens":3)");
  EXPECT_EQ(response, R"({"text":"o"})");
  EXPECT_EQ(response_.tokens, 3U);
  EXPECT_FALSE(response_.is_capped);
}

TEST_F(JsonResponses, AreCutByALimitBelowTheirNeed) {
  EXPECT_EQ(text(std::string(some_object) + R"(,"max_tokens":2)"), R"({"text":)");
  EXPECT_TRUE(response_.is_capped);
}

TEST_F(JsonResponses, AreAsLongAsTheirSchemaNeeds) {
  EXPECT_EQ(text(some_schema), R"({"a":"\"tokens\""})");
  EXPECT_EQ(response_.tokens, 5U);
  EXPECT_FALSE(response_.is_capped);
}

TEST_F(JsonResponses, EndWithSpacesWhereALengthIsForced) {
  auto response = text(std::string(some_schema) + R"(,"max_tokens":9,"ignore_eos":true)");
  EXPECT_EQ(response, R"({"a":"\"tokens\""}    )");
  EXPECT_TRUE(is_json(response));
  EXPECT_EQ(response_.tokens, 9U);
  EXPECT_TRUE(response_.is_capped);
  response = text(std::string(some_schema) + R"(,"min_tokens":7)");
  EXPECT_EQ(response, R"({"a":"\"tokens\""}  )");
  EXPECT_EQ(response_.tokens, 7U);
  EXPECT_FALSE(response_.is_capped);
}

TEST_F(JsonResponses, AreForTheirRequestOnly) {
  text(some_object);
  EXPECT_EQ(text(R"(,"response_format":{"type":"text"})").substr(0, 8), "one line");
  EXPECT_EQ(text("").substr(0, 8), "one line");
  EXPECT_EQ(text(R"(,"response_format":null)").substr(0, 8), "one line");
}

TEST_F(JsonResponses, HaveTheFormatOfResponsesInTheirText) {
  std::string body =
      R"({"model":"m","input":"a","text":{"format":{"type":"json_schema","name":"n",)"
      R"("schema":{"const":[1]}}}})";
  EXPECT_FALSE(reader_.read_responses(body, response_));
  EXPECT_EQ(response_.json, "[1]");
}

TEST_F(JsonResponses, AreRefusedWithTheReason) {
  auto error = read(R"(,"response_format":{"type":"xml"})");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->param, "response_format");
  EXPECT_EQ(error->code, "invalid_value");
  error = read(R"(,"response_format":"json")");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "invalid_type");
  error = read(R"(,"response_format":{"type":"json_schema","json_schema":{"schema":{"not":{}}}})");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "invalid_json_schema");
  EXPECT_NE(error->message.find("'not'"), std::string::npos);
}

TEST_F(JsonResponses, MakeAsManyChoicesAsAreAskedFor) {
  EXPECT_FALSE(read(""));
  EXPECT_EQ(response_.choices, 1U);
  EXPECT_FALSE(read(R"(,"n":3)"));
  EXPECT_EQ(response_.choices, 3U);
  EXPECT_EQ(response_.all_tokens(), 48U);
  EXPECT_EQ(response_.total_tokens(), response_.prompt_tokens + 48);
  for (const char* more : {R"(,"n":0)", R"(,"n":129)", R"(,"n":1.5)",
                           R"(,"n":3,"ignore_eos":true,"max_tokens":400000)"}) {
    const auto error = read(more);
    ASSERT_TRUE(error) << more;
    EXPECT_EQ(error->param, "n") << more;
  }
}

}  // namespace
}  // namespace paceline::endpoint
