#include <gtest/gtest.h>
#include <paceline/workload/reply_parser.h>
#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

namespace paceline {
namespace {

Outcome outcome_of(ApiKind kind, const std::string& body, long status = 200,
                   const std::string& key = {}) {
  Reply reply;
  reply.status = status;
  reply.body = body;
  return ReplyParser(key).read(kind, reply);
}

std::string why_of(const std::string& body, long status, const std::string& key = {}) {
  return outcome_of(ApiKind::chat, body, status, key).why;
}

std::optional<Usage> usage_of(const std::string& body) {
  simdjson::dom::parser parser;
  return read_usage(parser.parse(body));
}

TEST(ReplyParserTest, ReadsTheUsageOfEachKind) {
  const Outcome chat = outcome_of(
      ApiKind::chat,
      R"({"choices":[{}],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,)"
      R"("prompt_tokens_details":{"cached_tokens":5}}})");
  EXPECT_FALSE(chat.failure) << chat.why;
  ASSERT_TRUE(chat.usage);
  EXPECT_EQ(chat.usage->prompt_tokens, 7U);
  EXPECT_EQ(chat.usage->completion_tokens, 3U);
  EXPECT_EQ(chat.usage->cached_tokens, 5U);

  const Outcome response = outcome_of(
      ApiKind::responses,
      R"({"output":[],"usage":{"input_tokens":8,"input_tokens_details":{"cached_tokens":6},)"
      R"("output_tokens":4}})");
  EXPECT_FALSE(response.failure) << response.why;
  ASSERT_TRUE(response.usage);
  EXPECT_EQ(response.usage->prompt_tokens, 8U);
  EXPECT_EQ(response.usage->completion_tokens, 4U);
  EXPECT_EQ(response.usage->cached_tokens, 6U);

  const Outcome embedding =
      outcome_of(ApiKind::embeddings, R"({"data":[{}],"usage":{"prompt_tokens":9}})");
  EXPECT_FALSE(embedding.failure) << embedding.why;
  ASSERT_TRUE(embedding.usage);
  EXPECT_EQ(embedding.usage->prompt_tokens, 9U);
  EXPECT_EQ(embedding.usage->completion_tokens, 0U);
  EXPECT_EQ(embedding.usage->cached_tokens, 0U);
}

TEST(ReplyParserTest, UsageThatIsNoneIsNone) {
  for (const char* body : {"{}", R"({"usage":null})", R"({"usage":{}})", R"({"usage":7})",
                           R"({"usage":{"prompt_tokens":-1}})", "[]"}) {
    EXPECT_FALSE(usage_of(body)) << body;
  }
  const auto usage = usage_of(R"({"usage":{"prompt_tokens":1,"prompt_tokens_details":null}})");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->cached_tokens, 0U);
}

TEST(ReplyParserTest, EachKindHasItsOwnAnswers) {
  const auto fails = [](ApiKind kind, const std::string& body) {
    const Outcome outcome = outcome_of(kind, body);
    return outcome.failure == Failure::bad_reply && !outcome.why.empty();
  };
  EXPECT_TRUE(fails(ApiKind::chat, R"({"output":[{}]})"));
  EXPECT_TRUE(fails(ApiKind::chat, R"({"choices":[]})"));
  EXPECT_TRUE(fails(ApiKind::responses, R"({"choices":[{}]})"));
  EXPECT_TRUE(fails(ApiKind::embeddings, R"({"data":[]})"));
  EXPECT_TRUE(fails(ApiKind::embeddings, "[]"));
  EXPECT_TRUE(fails(ApiKind::embeddings, ""));
}

TEST(ReplyParserTest, TellsTheServersWordsInEachShape) {
  const std::string told = "the server answered HTTP 400: too long";
  EXPECT_EQ(why_of(R"({"error":{"message":"too long"}})", 400), told);
  EXPECT_EQ(why_of(R"({"error":"too long"})", 400), told);
  EXPECT_EQ(why_of(R"({"object":"error","message":"too long"})", 400), told);
  EXPECT_EQ(why_of(R"({"detail":"too long"})", 400), told);
  EXPECT_EQ(why_of("<html>too long</html>", 400), "the server answered HTTP 400");
  EXPECT_EQ(why_of(R"({"error":{"message":")" + std::string(5'000, 'x') + R"("}})", 400).size(),
            std::string("the server answered HTTP 400: ").size() + 300);
}

TEST(ReplyParserTest, AKeyIsNotTold) {
  EXPECT_EQ(why_of(R"({"error":"no credit for sk-1"})", 402, "sk-1"),
            "the server answered HTTP 402");
  EXPECT_EQ(why_of(R"({"error":"no credit for sk-**"})", 401, "sk-1"),
            "the server answered HTTP 401");
  EXPECT_EQ(why_of(R"({"error":"no credit for sk-**"})", 403, "sk-1"),
            "the server answered HTTP 403");
}

TEST(ReplyParserTest, AReplyThatDidNotComeIsNotReadForWords) {
  Reply reply;
  reply.transport = Transport::timed_out;
  reply.error = "too slow";
  reply.body = R"({"error":"half"})";
  const Outcome outcome = ReplyParser({}).read(ApiKind::chat, reply);
  EXPECT_EQ(outcome.failure, Failure::timeout);
  EXPECT_EQ(outcome.why, "too slow");
}

}  // namespace
}  // namespace paceline
