#include <gtest/gtest.h>
#include <paceline/endpoint/chat_reply.h>
#include <simdjson.h>

#include <string>
#include <string_view>

namespace paceline {
namespace {

namespace dom = simdjson::dom;

class ChatReplyTest : public testing::Test {
 protected:
  dom::element ask(std::string request, unsigned status) {
    std::string out;
    EXPECT_EQ(chat_.answer(request, out), status) << request;
    dom::element reply;
    EXPECT_EQ(parser_.parse(out).get(reply), simdjson::SUCCESS) << out;
    return reply;
  }

  void expect_error(std::string_view request, std::string_view part, std::string_view param,
                    std::string_view code) {
    const dom::element error = ask(std::string(request), 400)["error"];
    EXPECT_NE(text(error, "message").find(part), std::string_view::npos) << error;
    EXPECT_EQ(text(error, "type"), "invalid_request_error");
    EXPECT_EQ(text(error, "param"), param);
    EXPECT_EQ(text(error, "code"), code);
  }

  static std::string_view text(dom::element object, const char* name) {
    const dom::element value = object[name];
    return value.is_null() ? std::string_view() : std::string_view(value);
  }

 private:
  ChatReply chat_{16};
  dom::parser parser_;
};

TEST_F(ChatReplyTest, HasTheShapeOfTheRealApi) {
  const auto reply =
      ask(R"({"model":"gpt-4o","messages":[{"role":"user","content":"12345678"}]})", 200);
  EXPECT_EQ(text(reply, "id").substr(0, 9), "chatcmpl-");
  EXPECT_EQ(text(reply, "object"), "chat.completion");
  EXPECT_EQ(text(reply, "model"), "gpt-4o");
  EXPECT_GT(std::int64_t(reply["created"]), 1'700'000'000);
  const dom::element choice = reply["choices"].at(0);
  EXPECT_EQ(std::int64_t(choice["index"]), 0);
  EXPECT_EQ(text(choice["message"], "role"), "assistant");
  EXPECT_EQ(text(choice["message"], "content").substr(0, 14), "one line keeps");
  EXPECT_TRUE(choice["message"]["refusal"].is_null());
  EXPECT_EQ(text(choice, "finish_reason"), "stop");
  EXPECT_EQ(std::int64_t(reply["usage"]["prompt_tokens"]), 8);
  EXPECT_EQ(std::int64_t(reply["usage"]["completion_tokens"]), 16);
  EXPECT_EQ(std::int64_t(reply["usage"]["total_tokens"]), 24);
}

TEST_F(ChatReplyTest, EveryReplyHasItsOwnId) {
  const std::string request = R"({"model":"m","messages":[{"role":"user","content":"a"}]})";
  const std::string first(text(ask(request, 200), "id"));
  EXPECT_NE(text(ask(request, 200), "id"), first);
}

TEST_F(ChatReplyTest, StopsAtTheAskedLength) {
  for (const char* name : {"max_tokens", "max_completion_tokens"}) {
    const auto reply =
        ask(std::string(R"({"model":"m","messages":[{"content":"a"}],")") + name + R"(":2})", 200);
    const dom::element choice = reply["choices"].at(0);
    EXPECT_EQ(text(choice["message"], "content"), "one line");
    EXPECT_EQ(text(choice, "finish_reason"), "length");
    EXPECT_EQ(std::int64_t(reply["usage"]["completion_tokens"]), 2);
  }
  const auto whole = ask(R"({"model":"m","messages":[{"content":"a"}],"max_tokens":null})", 200);
  EXPECT_EQ(std::int64_t(whole["usage"]["completion_tokens"]), 16);
}

TEST_F(ChatReplyTest, CountsTheTextOfParts) {
  const auto reply = ask(
      R"({"model":"m","messages":[{"content":[{"type":"text","text":"1234"},{"type":"image_url"}]}]})",
      200);
  EXPECT_EQ(std::int64_t(reply["usage"]["prompt_tokens"]), 7);
}

TEST_F(ChatReplyTest, EchoesAModelThatNeedsEscapes) {
  const auto reply = ask(R"({"model":"a\"b\\c\nd\u0001é","messages":[{"content":""}]})", 200);
  EXPECT_EQ(text(reply, "model"), "a\"b\\c\nd\x01é");
}

TEST_F(ChatReplyTest, RefusesWhatTheRealApiRefuses) {
  expect_error("", "could not parse the JSON", "", "");
  expect_error("{\"model\":", "could not parse the JSON", "", "");
  expect_error("[1]", "could not parse the JSON", "", "");
  expect_error(R"({"messages":[{}]})", "must provide a model", "", "");
  expect_error(R"({"model":7,"messages":[{}]})", "must provide a model", "", "");
  expect_error(R"({"model":"m"})", "'messages'", "messages", "missing_required_parameter");
  expect_error(R"({"model":"m","messages":"a"})", "expected an array", "messages", "invalid_type");
  expect_error(R"({"model":"m","messages":[]})", "empty array", "messages", "empty_array");
  expect_error(R"({"model":"m","messages":[{}],"max_tokens":"2"})", "'max_tokens'", "max_tokens",
               "invalid_type");
  expect_error(R"({"model":"m","messages":[{}],"max_tokens":0})", "got 0", "max_tokens",
               "integer_below_min_value");
}

TEST_F(ChatReplyTest, SurvivesMessagesThatAreNoObjects) {
  ask(R"({"model":"m","messages":[1,null,"a",{"content":7},{"content":[1]}]})", 200);
}

TEST(ModelsReply, ListsOneModel) {
  dom::parser parser;
  const dom::element reply = parser.parse(models_reply());
  EXPECT_EQ(std::string_view(reply["object"]), "list");
  EXPECT_EQ(std::string_view(reply["data"].at(0)["object"]), "model");
}

}  // namespace
}  // namespace paceline
