#include <gtest/gtest.h>
#include <paceline/api/response_reader.h>

#include <string>
#include <string_view>

namespace paceline::api {
namespace {

Outcome outcome_of(ApiKind kind, const std::string& body, long status = 200) {
  Response response;
  response.status = status;
  response.body = body;
  return ResponseReader().read(form_of(kind), response);
}

std::string why_of(const std::string& body, long status) {
  return outcome_of(ApiKind::chat, body, status).error.message;
}

TEST(ResponseReaderTest, ReadsTheUsageOfEachKind) {
  const Outcome chat = outcome_of(
      ApiKind::chat,
      R"({"choices":[{}],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,)"
      R"("prompt_tokens_details":{"cached_tokens":5}}})");
  EXPECT_FALSE(chat.failure) << chat.error.message;
  ASSERT_TRUE(chat.usage);
  EXPECT_EQ(chat.usage->prompt_tokens, 7U);
  EXPECT_EQ(chat.usage->completion_tokens, 3U);
  EXPECT_EQ(chat.usage->cached_tokens, 5U);

  const Outcome response = outcome_of(
      ApiKind::responses,
      R"({"output":[],"usage":{"input_tokens":8,"input_tokens_details":{"cached_tokens":6},)"
      R"("output_tokens":4}})");
  EXPECT_FALSE(response.failure) << response.error.message;
  ASSERT_TRUE(response.usage);
  EXPECT_EQ(response.usage->prompt_tokens, 8U);
  EXPECT_EQ(response.usage->completion_tokens, 4U);
  EXPECT_EQ(response.usage->cached_tokens, 6U);

  const Outcome embedding =
      outcome_of(ApiKind::embeddings, R"({"data":[{}],"usage":{"prompt_tokens":9}})");
  EXPECT_FALSE(embedding.failure) << embedding.error.message;
  ASSERT_TRUE(embedding.usage);
  EXPECT_EQ(embedding.usage->prompt_tokens, 9U);
  EXPECT_EQ(embedding.usage->completion_tokens, 0U);
  EXPECT_FALSE(embedding.usage->cached_tokens);
}

TEST(ResponseReaderTest, ReadsACompletion) {
  const Outcome completion = outcome_of(
      ApiKind::completions,
      R"({"choices":[{"text":"hi"}],"usage":{"prompt_tokens":3,"completion_tokens":4}})");
  EXPECT_FALSE(completion.failure) << completion.error.message;
  EXPECT_EQ(completion.usage->completion_tokens, 4U);
}

// Anthropic counts cached tokens apart from the input.
TEST(ResponseReaderTest, ReadsAMessage) {
  const Outcome message = outcome_of(
      ApiKind::messages, R"({"type":"message","content":[{"type":"text","text":"hi"}],"usage":)"
                         R"({"input_tokens":3,"cache_creation_input_tokens":5,)"
                         R"("cache_read_input_tokens":7,"output_tokens":4}})");
  EXPECT_FALSE(message.failure) << message.error.message;
  EXPECT_EQ(message.usage->prompt_tokens, 15U);
  EXPECT_EQ(message.usage->cached_tokens, 7U);
  EXPECT_EQ(message.usage->completion_tokens, 4U);
  EXPECT_EQ(outcome_of(ApiKind::messages, R"({"choices":[{}]})").error.message,
            "the response has no content");
  const Outcome overloaded = outcome_of(
      ApiKind::messages,
      R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})", 529);
  EXPECT_EQ(overloaded.failure, Failure::http_5xx);
  EXPECT_NE(overloaded.error.message.find("Overloaded"), std::string::npos);
}

TEST(ResponseReaderTest, EachKindHasItsOwnAnswers) {
  const auto fails = [](ApiKind kind, const std::string& body) {
    const Outcome outcome = outcome_of(kind, body);
    return outcome.failure == Failure::bad_response && !outcome.error.message.empty();
  };
  EXPECT_TRUE(fails(ApiKind::chat, R"({"output":[{}]})"));
  EXPECT_TRUE(fails(ApiKind::chat, R"({"choices":[]})"));
  EXPECT_TRUE(fails(ApiKind::responses, R"({"choices":[{}]})"));
  EXPECT_TRUE(fails(ApiKind::embeddings, R"({"data":[]})"));
  EXPECT_TRUE(fails(ApiKind::embeddings, "[]"));
  EXPECT_TRUE(fails(ApiKind::embeddings, ""));
}

TEST(ResponseReaderTest, TellsTheServersWordsInEachShape) {
  const std::string told = "the server answered HTTP 400: too long";
  EXPECT_EQ(why_of(R"({"error":{"message":"too long"}})", 400), told);
  EXPECT_EQ(why_of(R"({"error":"too long"})", 400), told);
  EXPECT_EQ(why_of(R"({"object":"error","message":"too long"})", 400), told);
  EXPECT_EQ(why_of(R"({"detail":"too long"})", 400), told);
  EXPECT_EQ(why_of("<html>too long</html>", 400), told);
  EXPECT_EQ(why_of("too\n long\n", 400), told);
  EXPECT_EQ(why_of("{}", 400), "the server answered HTTP 400");
  EXPECT_EQ(why_of("", 400), "the server answered HTTP 400");
  // Of the words of JSON that nobody knows, all are told.
  EXPECT_EQ(why_of(R"({"oops":[1, 2]})", 400), R"(the server answered HTTP 400: {"oops":[1, 2]})");
  EXPECT_EQ(why_of(R"({"error":{"message":")" + std::string(5'000, 'x') + R"("}})", 400).size(),
            std::string("the server answered HTTP 400: ").size() + 300);
}

TEST(ResponseReaderTest, AResponseThatDidNotComeIsNotReadForWords) {
  Response response;
  response.error = TransportError::timed_out;
  response.error_text = "too slow";
  response.body = R"({"error":"half"})";
  const Outcome outcome = ResponseReader().read(form_of(ApiKind::chat), response);
  EXPECT_EQ(outcome.failure, Failure::timeout);
  EXPECT_EQ(outcome.error.message, "too slow");
}

TEST(ResponseReaderTest, TellsWhyTheKeyIsRefused) {
  EXPECT_EQ(why_of(R"({"error":"the key has expired"})", 401),
            "the server answered HTTP 401: the key has expired");
  EXPECT_EQ(why_of("error code: 1010", 403), "the server answered HTTP 403: error code: 1010");
}

TEST(ResponseReaderTest, ARedirectTellsItsTargetOnly) {
  Response response;
  response.status = 308;
  response.location = "https://api.example.com/v1/chat/completions";
  response.body = "<html><title>308 Permanent Redirect</title></html>";
  const Outcome outcome = ResponseReader().read(form_of(ApiKind::chat), response);
  EXPECT_EQ(outcome.failure, Failure::bad_response);
  EXPECT_EQ(outcome.error.message,
            "the server answered HTTP 308 and redirects to "
            "https://api.example.com/v1/chat/completions");
}

TEST(ResponseReaderTest, AnErrorInASuccessIsAFailure) {
  const auto expect = [](const std::string& body, Failure failure, const std::string& words,
                         ApiKind kind = ApiKind::chat) {
    const Outcome outcome = outcome_of(kind, body);
    EXPECT_EQ(outcome.failure, failure) << body;
    EXPECT_EQ(outcome.error.message, "the server answered with an error: " + words) << body;
  };
  expect(R"({"error":{"message":"slow down","code":429}})", Failure::http_429, "slow down");
  expect(R"({"choices":null,"error":{"message":"slow down","code":"429"}})", Failure::http_429,
         "slow down");
  expect(R"({"choices":[{}],"error":{"message":"no","type":"server_error"}})", Failure::http_5xx,
         "no");
  expect(R"({"detail":"no such model"})", Failure::bad_response, "no such model");
  expect(R"([{"error":{"message":"no","status":"UNAVAILABLE"}}])", Failure::http_5xx, "no");
  expect(R"({"choices":[{"finish_reason":"error","error":{"code":502,"message":"died"}}]})",
         Failure::http_5xx, "died");
  expect(R"({"choices":[{"message":{}},{"error":{"message":"the second died"}}]})",
         Failure::bad_response, "the second died");
  expect(R"({"status":"failed","error":{"code":"server_error","message":"it broke"},"output":[]})",
         Failure::http_5xx, "it broke", ApiKind::responses);
  expect(R"({"status":"cancelled","error":null,"output":[]})", Failure::bad_response,
         "the response's status is cancelled", ApiKind::responses);
  expect(R"({"status":"incomplete","output":[],"incomplete_details":{"reason":"no_memory"}})",
         Failure::bad_response, "the response is incomplete: no_memory", ApiKind::responses);
  expect(R"({"status":"incomplete","output":[]})", Failure::bad_response,
         "the response is incomplete", ApiKind::responses);
  expect(R"({"status":"incomplete","output":[],"incomplete_details":{"reason":")" +
             std::string(1'000, 'n') + R"("}})",
         Failure::bad_response, "the response is incomplete: " + std::string(300, 'n'),
         ApiKind::responses);
}

TEST(ResponseReaderTest, AResponseThatALimitEndedIsGood) {
  for (const char* body :
       {R"({"status":"incomplete","output":[{}],)"
        R"("incomplete_details":{"reason":"max_output_tokens"},"error":null})",
        R"({"status":"incomplete","output":[{}]})", R"({"status":"completed","output":[]})"}) {
    const Outcome outcome = outcome_of(ApiKind::responses, body);
    EXPECT_FALSE(outcome.failure) << outcome.error.message;
  }
}

TEST(ResponseReaderTest, APlaceholderIsNoError) {
  for (const char* error :
       {"null", "\"\"", "{}", "[]", "false", "0", R"({"message":"","code":0,"type":null})"}) {
    const Outcome outcome = outcome_of(
        ApiKind::chat, R"({"choices":[{"error":null}],"error":)" + std::string(error) + "}");
    EXPECT_FALSE(outcome.failure) << error << outcome.error.message;
  }
}

TEST(ResponseReaderTest, JsonThatStrictParsersRefuseIsRead) {
  for (const char* content : {R"("cut \ud83d")", R"("\udc00")", "NaN", "[-Infinity]", "\"\xC3\"",
                              "123456789012345678901234567890"}) {
    const Outcome outcome =
        outcome_of(ApiKind::chat,
                   "\xEF\xBB\xBF{\"choices\":[{\"message\":{\"content\":" + std::string(content) +
                       "}}],\"usage\":{\"prompt_tokens\":3}}");
    EXPECT_FALSE(outcome.failure) << content << ": " << outcome.error.message;
    ASSERT_TRUE(outcome.usage) << content;
    EXPECT_EQ(outcome.usage->prompt_tokens, 3U);
  }
}

TEST(ResponseReaderTest, WhatIsNoJsonIsShown) {
  EXPECT_EQ(outcome_of(ApiKind::chat, "<html><title>Log in</title></html>").error.message,
            "the response is not JSON: Log in");
  EXPECT_EQ(outcome_of(ApiKind::chat, R"({"choices":[)").error.message, "the response is not JSON");
  EXPECT_EQ(outcome_of(ApiKind::chat, std::string("\x1f\x8b\x08\x00\x01", 5)).error.message,
            "the response is not JSON");
}

}  // namespace
}  // namespace paceline::api
