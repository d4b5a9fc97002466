#include <endpoint/request_reader.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace paceline::endpoint {
namespace {

class CompletionRequests : public testing::Test {
 protected:
  std::optional<ApiError> read(const std::string& members) {
    std::string body = R"({"model":"m",)" + members + "}";
    return reader_.read_completions(body, response_);
  }

  Generation completion(const std::string& members) {
    const auto error = read(members);
    EXPECT_FALSE(error) << members << error->message;
    return response_;
  }

  RequestReader reader_{LengthModel::fixed(16)};
  Generation response_;
};

TEST_F(CompletionRequests, HavePromptsInFourForms) {
  auto one = completion(R"("prompt":"12345")");
  EXPECT_EQ(one.prompt_tokens, 2U);
  EXPECT_EQ(one.choices, 1U);
  EXPECT_EQ(one.tokens, 16U);
  EXPECT_FALSE(one.is_capped);
  auto texts = completion(R"("prompt":["12345","1","12"])");
  EXPECT_EQ(texts.prompt_tokens, 4U);
  EXPECT_EQ(texts.choices, 3U);
  auto tokens = completion(R"("prompt":[1,2,3])");
  EXPECT_EQ(tokens.prompt_tokens, 3U);
  EXPECT_EQ(tokens.choices, 1U);
  auto lists = completion(R"("prompt":[[1,2,3],[4]])");
  EXPECT_EQ(lists.prompt_tokens, 4U);
  EXPECT_EQ(lists.choices, 2U);
  EXPECT_EQ(completion(R"("prompt":"")").prompt_tokens, 0U);
}

TEST_F(CompletionRequests, MakeChoicesOfEachPrompt) {
  const auto response = completion(R"("prompt":["a","b"],"n":3,"max_tokens":5)");
  EXPECT_EQ(response.choices, 6U);
  EXPECT_EQ(response.prompt_tokens, 2U);
  EXPECT_EQ(response.all_tokens(), 30U);
  EXPECT_TRUE(response.is_capped);
}

TEST_F(CompletionRequests, RepeatTheirPromptsWhereAsked) {
  auto response = completion(R"("prompt":["a","b"],"n":2,"echo":true)");
  EXPECT_EQ(response.echo_of(0), "a");
  EXPECT_EQ(response.echo_of(1), "a");
  EXPECT_EQ(response.echo_of(2), "b");
  EXPECT_EQ(response.echo_of(3), "b");
  EXPECT_EQ(completion(R"("prompt":[7,8],"echo":true)").echo_of(0), "one line");
  EXPECT_EQ(completion(R"("prompt":"a","echo":false)").echo_of(0), "");
  EXPECT_EQ(completion(R"("prompt":"a")").echo_of(0), "");
}

TEST_F(CompletionRequests, TakeWhatChangesNothingHere) {
  EXPECT_EQ(completion(R"("prompt":"a","suffix":"b","best_of":2,"logprobs":3,"stop":["a"],
                          "temperature":0,"user":"u")")
                .tokens,
            16U);
  const auto streamed =
      completion(R"("prompt":"a","stream":true,"stream_options":{"include_usage":true,
                    "continuous_usage_stats":true})");
  EXPECT_TRUE(streamed.streams);
  EXPECT_TRUE(streamed.includes_usage);
  EXPECT_EQ(completion(R"("prompt":"a","min_tokens":20)").tokens, 20U);
  EXPECT_FALSE(completion(R"("prompt":"a","response_format":{"type":"json_object"})").json.empty());
}

TEST_F(CompletionRequests, FindTheTokensOfEarlierPrompts) {
  std::string tokens = "1";
  for (int i = 2; i <= 40; ++i) tokens += "," + std::to_string(i);
  EXPECT_EQ(completion("\"prompt\":[" + tokens + "]").cached_tokens, 0U);
  EXPECT_EQ(completion("\"prompt\":[" + tokens + ",41]").cached_tokens, 32U);
}

TEST_F(CompletionRequests, AreRefusedAsTheRealApiDoes) {
  for (const auto& [members, code] :
       {std::pair{R"("n":1)", "missing_required_parameter"},
        std::pair{R"("prompt":[])", "empty_array"}, std::pair{R"("prompt":[[]])", "empty_array"},
        std::pair{R"("prompt":3)", "invalid_type"},
        std::pair{R"("prompt":["a",3])", "invalid_type"},
        std::pair{R"("prompt":[1,"a"])", "invalid_type"},
        std::pair{R"("prompt":{"a":1})", "invalid_type"}}) {
    const auto error = read(members);
    ASSERT_TRUE(error) << members;
    EXPECT_EQ(error->status, 400U);
    EXPECT_EQ(error->param, "prompt") << members;
    EXPECT_EQ(error->code, code) << members;
  }
  std::string many = "\"a\"";
  for (int i = 0; i < 2048; ++i) many += ",\"a\"";
  const auto error = read("\"prompt\":[" + many + "]");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "array_above_max_length");
  const std::string megabyte(1 << 20, 'a');
  const auto echoed = read("\"prompt\":\"" + megabyte + "\",\"echo\":true,\"n\":17");
  ASSERT_TRUE(echoed);
  EXPECT_EQ(echoed->param, "echo");
  EXPECT_FALSE(read("\"prompt\":\"" + megabyte + "\",\"echo\":true,\"n\":16"));
}

}  // namespace
}  // namespace paceline::endpoint
