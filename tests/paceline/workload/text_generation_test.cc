#include <gtest/gtest.h>
#include <paceline/workload/json_text.h>
#include <paceline/workload/plain_http.h>
#include <paceline/workload/text_generation.h>
#include <simdjson.h>

#include <string>

namespace paceline {
namespace {

constexpr const char* good_reply =
    R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hi"}}],)"
    R"("usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}})";

Reply reply_of(long status, std::string body) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

TEST(TextGenerationTest, MakesTheRequestThatTheApiTakes) {
  TextGeneration chat;
  chat.model = "some \"model\"";
  chat.prompt.nonce = Nonce::none;
  chat.prompt.text = "line\none #{n} and {n}";
  chat.max_tokens = 12;
  const auto workload = make_workload({"http://host/v1", "secret"}, chat);
  Request request;
  workload->make(41, request);
  EXPECT_EQ(request.method, Method::post);
  EXPECT_EQ(request.url, "http://host/v1/chat/completions");

  simdjson::dom::parser parser;
  simdjson::dom::element body;
  ASSERT_EQ(parser.parse(request.body).get(body), simdjson::SUCCESS);
  EXPECT_EQ(std::string_view(body["model"]), "some \"model\"");
  EXPECT_EQ(std::string_view(body["messages"].at(0)["role"]), "system");
  EXPECT_EQ(std::string_view(body["messages"].at(1)["content"]), "line\none #41 and 41");
  EXPECT_EQ(std::uint64_t(body["max_tokens"]), 12U);
  EXPECT_EQ(double(body["temperature"]), 0.0);
}

TEST(TextGenerationTest, ARequestMadeAgainHoldsNothingOfTheLast) {
  const auto workload = make_workload({"http://host/v1", ""}, TextGeneration{});
  Request fresh;
  workload->make(5, fresh);
  Request used;
  used.body = "left over";
  workload->make(123456, used);
  workload->make(5, used);
  EXPECT_EQ(used.body, fresh.body);
}

TEST(TextGenerationTest, LeavesOutWhatIsNotAskedFor) {
  TextGeneration chat;
  chat.prompt.system.clear();
  const auto workload = make_workload({"http://host/v1", ""}, chat);
  Request request;
  workload->make(0, request);
  EXPECT_EQ(request.body.find("max_tokens"), std::string::npos);
  EXPECT_EQ(request.body.find("system"), std::string::npos);
}

TEST(TextGenerationTest, ReadsUsage) {
  const auto workload = make_workload({"http://host/v1", ""}, TextGeneration{});
  Reply reply = reply_of(200, good_reply);
  const Outcome outcome = workload->read({}, reply);
  EXPECT_FALSE(outcome.failure);
  ASSERT_TRUE(outcome.usage);
  EXPECT_EQ(outcome.usage->prompt_tokens, 7U);
  EXPECT_EQ(outcome.usage->completion_tokens, 3U);
}

TEST(TextGenerationTest, AReplyWithoutUsageStillSucceeds) {
  const auto workload = make_workload({"http://host/v1", ""}, TextGeneration{});
  Reply reply = reply_of(200, R"({"choices":[{}]})");
  const Outcome outcome = workload->read({}, reply);
  EXPECT_FALSE(outcome.failure);
  EXPECT_FALSE(outcome.usage);
}

TEST(TextGenerationTest, RepliesThatAreNoCompletionFail) {
  const auto workload = make_workload({"http://host/v1", ""}, TextGeneration{});
  for (const char* body : {"<html>hello</html>", "", "[]", "{}", R"({"choices":[]})", R"({"ch)"}) {
    Reply reply = reply_of(200, body);
    const Outcome outcome = workload->read({}, reply);
    ASSERT_TRUE(outcome.failure) << body;
    EXPECT_EQ(*outcome.failure, Failure::bad_reply) << body;
    EXPECT_FALSE(outcome.why.empty());
  }
}

TEST(TextGenerationTest, SaysTheServersOwnWords) {
  const auto workload = make_workload({"http://host/v1", "k"}, TextGeneration{});
  Reply reply = reply_of(404, R"({"error":{"message":"The model `x` does not exist"}})");
  const Outcome outcome = workload->read({}, reply);
  EXPECT_EQ(outcome.failure, Failure::http_4xx);
  EXPECT_NE(outcome.why.find("The model `x` does not exist"), std::string::npos);
}

TEST(TextGenerationTest, AKeyIsNeverRepeatedWholeOrMasked) {
  const auto workload = make_workload({"http://host/v1", "sk-secret"}, TextGeneration{});
  Reply refused = reply_of(401, R"({"error":{"message":"Incorrect API key: sk-se***ret"}})");
  EXPECT_EQ(workload->read({}, refused).why.find("sk-"), std::string::npos);
  Reply echoed = reply_of(500, R"({"error":{"message":"crash with sk-secret"}})");
  EXPECT_EQ(workload->read({}, echoed).why.find("sk-"), std::string::npos);
}

TEST(TextGenerationTest, SortsFailures) {
  const auto workload = make_workload(PlainHttp{.url = "http://host/"});
  const auto failure = [&](long status) {
    Reply reply = reply_of(status, "");
    return workload->read({}, reply).failure;
  };
  EXPECT_EQ(failure(204), std::nullopt);
  EXPECT_EQ(failure(429), Failure::http_429);
  EXPECT_EQ(failure(503), Failure::http_5xx);
  EXPECT_EQ(failure(403), Failure::http_4xx);
  EXPECT_EQ(failure(302), Failure::bad_reply);
}

TEST(JsonTextTest, QuotesWhatJsonForbids) {
  EXPECT_EQ(json_quoted("a\"b\\c\n\x01é"), R"("a\"b\\c\u000a\u0001é")");
}

}  // namespace
}  // namespace paceline
