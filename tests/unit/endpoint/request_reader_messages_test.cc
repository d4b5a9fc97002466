#include <endpoint/request_reader.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace paceline::endpoint {
namespace {

class MessagesRequests : public testing::Test {
 protected:
  Generation read(std::string body) {
    Generation response;
    const auto error = reader_.read_messages(body, response);
    EXPECT_FALSE(error) << body << error->message;
    return response;
  }

  /// Reads one short message, a limit of 100 tokens, and these members.
  Generation with(const std::string& more) {
    return read(R"({"model":"m","max_tokens":100,"messages":[{"role":"user","content":"1234"}])" +
                more + "}");
  }

  void refuse(std::string body, std::string_view message) {
    Generation response;
    const auto error = reader_.read_messages(body, response);
    ASSERT_TRUE(error) << body;
    EXPECT_EQ(error->status, 400U) << body;
    EXPECT_EQ(error->message, message) << body;
  }

  /// Refuses a request that has a model, a limit and these messages.
  void refuse_messages(const std::string& messages, std::string_view message) {
    refuse(R"({"model":"m","max_tokens":1,"messages":)" + messages + "}", message);
  }

  /// Refuses a request that has a model, a message and these members.
  void refuse_members(const std::string& more, std::string_view message) {
    refuse(R"({"model":"m","messages":[{"role":"user","content":"a"}],)" + more + "}", message);
  }

 private:
  RequestReader reader_{LengthModel::fixed(16)};
};

TEST_F(MessagesRequests, HaveAModelALimitAndMessages) {
  const auto response = with("");
  EXPECT_EQ(response.model, "m");
  EXPECT_GT(response.created, 1'700'000'000U);
  EXPECT_EQ(response.prompt_tokens, 3U + 3 + 1);
  EXPECT_EQ(response.tokens, 16U);
  EXPECT_FALSE(response.is_capped);
  EXPECT_FALSE(response.streams);
  EXPECT_EQ(with("").number, response.number + 1);
}

TEST_F(MessagesRequests, CountTheTextOfTheSystemPromptAndOfBlocks) {
  EXPECT_EQ(with(R"(,"system":"12345678")").prompt_tokens, 7U + 3 + 2);
  EXPECT_EQ(with(R"(,"system":[{"type":"text","text":"1234"},{"type":"text","text":"5678"}])")
                .prompt_tokens,
            7U + 3 + 2);
  EXPECT_EQ(with(R"(,"system":null)").prompt_tokens, 7U);
  const auto blocks = read(R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":[)"
                           R"({"type":"text","text":"1234"},{"type":"image","source":{}},7]},)"
                           R"({"role":"assistant","content":"1234"}]})");
  EXPECT_EQ(blocks.prompt_tokens, 3U + (3 + 1) + (3 + 1));
}

TEST_F(MessagesRequests, ShareThePrefixOfTheirSystemPrompt) {
  // With 12 bytes for the role: 16 blocks of 64 bytes.
  const std::string system = R"(,"system":")" + std::string(16 * 64 - 12, 's') + "\"";
  EXPECT_EQ(with(system).cached_tokens, 0U);
  EXPECT_EQ(with(system).cached_tokens, 256U);
}

TEST_F(MessagesRequests, LimitTheirLength) {
  const auto capped = read(
      R"({"model":"m","max_tokens":2,"stream":true,"messages":[{"role":"user","content":"a"}]})");
  EXPECT_EQ(capped.tokens, 2U);
  EXPECT_TRUE(capped.is_capped);
  EXPECT_TRUE(capped.streams);
  EXPECT_EQ(with(R"(,"min_tokens":40)").tokens, 40U);
  const auto exact = with(R"(,"ignore_eos":true)");
  EXPECT_EQ(exact.tokens, 100U);
  EXPECT_TRUE(exact.is_capped);
}

TEST_F(MessagesRequests, IgnoreOtherFields) {
  const auto response = with(
      R"(,"n":3,"response_format":{"type":"json_object"},"temperature":1,"metadata":{},"tools":[],)"
      R"("stop_sequences":["a"],"stream_options":7)");
  EXPECT_EQ(response.choices, 1U);
  EXPECT_EQ(response.json, "");
}

TEST_F(MessagesRequests, AreRefusedWithoutARequiredField) {
  refuse("{", "The request body is not a valid JSON object.");
  refuse("[1]", "The request body is not a valid JSON object.");
  refuse("{}", "model: Field required");
  refuse(R"({"model":"m"})", "max_tokens: Field required");
  refuse(R"({"model":"m","max_tokens":null})", "max_tokens: Field required");
  refuse(R"({"model":"m","max_tokens":1})", "messages: Field required");
  refuse_messages(R"([{"content":"a"}])", "messages.0.role: Field required");
  refuse_messages(R"([{"role":"user","content":"a"},{"role":"user"}])",
                  "messages.1.content: Field required");
}

TEST_F(MessagesRequests, AreRefusedWithAFieldOfAnotherType) {
  refuse(R"({"model":7,"max_tokens":1,"messages":[]})",
         "model: Input should be a string that is not empty");
  refuse(R"({"model":"","max_tokens":1,"messages":[]})",
         "model: Input should be a string that is not empty");
  refuse_messages("7", "messages: Input should be an array of messages");
  refuse_messages("[]", "messages: at least one message is required");
  refuse_messages("[7]", "messages.0: Input should be an object");
  refuse_messages(R"([{"role":"system","content":"a"}])",
                  "messages.0.role: Input should be 'user' or 'assistant'");
  refuse_messages(R"([{"role":7,"content":"a"}])",
                  "messages.0.role: Input should be 'user' or 'assistant'");
  refuse_messages(R"([{"role":"user","content":7}])",
                  "messages.0.content: Input should be a string or an array of blocks");
  refuse_members(R"("max_tokens":1,"system":7)",
                 "system: Input should be a string or an array of text blocks");
  refuse_members(R"("max_tokens":"2")", "Invalid type for 'max_tokens': expected an integer.");
  refuse_members(R"("max_tokens":0)",
                 "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but "
                 "got 0 instead.");
  refuse_members(R"("max_tokens":1000001)",
                 "max_tokens is too large: 1000001. This model supports at most 1000000 completion "
                 "tokens.");
  refuse_members(R"("max_tokens":1,"stream":7)", "Invalid type for 'stream': expected a boolean.");
}

}  // namespace
}  // namespace paceline::endpoint
