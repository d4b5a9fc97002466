#include <endpoint/request_reader.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace paceline::endpoint {
namespace {

class RequestReaderTest : public testing::Test {
 protected:
  /// A chat with one short message and these members.
  Generation chat(const std::string& more) {
    return read_chat(R"({"model":"m","messages":[{"role":"user","content":"a"}])" + more + "}");
  }

  Generation read_chat(std::string body) {
    Generation response;
    const auto error = reader_.read_chat(body, response);
    EXPECT_FALSE(error) << body << error->message;
    return response;
  }

  Generation read_responses(std::string body) {
    Generation response;
    const auto error = reader_.read_responses(body, response);
    EXPECT_FALSE(error) << body << error->message;
    return response;
  }

  void refuse_chat(std::string body, std::string_view part, std::string_view param,
                   std::string_view code) {
    Generation response;
    expect(reader_.read_chat(body, response), body, part, param, code);
  }

  void refuse_responses(std::string body, std::string_view part, std::string_view param,
                        std::string_view code) {
    Generation response;
    expect(reader_.read_responses(body, response), body, part, param, code);
  }

 private:
  static void expect(const std::optional<ApiError>& error, const std::string& body,
                     std::string_view part, std::string_view param, std::string_view code) {
    ASSERT_TRUE(error) << body;
    EXPECT_EQ(error->status, 400U);
    EXPECT_NE(error->message.find(part), std::string::npos) << error->message;
    EXPECT_EQ(error->param, param);
    EXPECT_EQ(error->code, code);
    EXPECT_EQ(error->type, "invalid_request_error");
  }

  RequestReader reader_{LengthModel::fixed(16)};
};

TEST_F(RequestReaderTest, ReadsAChat) {
  const auto response =
      read_chat(R"({"model":"gpt-4o","messages":[{"role":"user","content":"12345678"}]})");
  EXPECT_EQ(response.model, "gpt-4o");
  EXPECT_GT(response.created, 1'700'000'000U);
  EXPECT_EQ(response.prompt_tokens, 8U);
  EXPECT_EQ(response.cached_tokens, 0U);
  EXPECT_EQ(response.tokens, 16U);
  EXPECT_EQ(response.total_tokens(), 24U);
  EXPECT_FALSE(response.is_capped);
  EXPECT_FALSE(response.streams);
  EXPECT_EQ(chat("").number, response.number + 1);
}

TEST_F(RequestReaderTest, CountsTheTextOfParts) {
  const auto response = read_chat(
      R"({"model":"m","messages":[{"content":[{"type":"text","text":"1234"},{"type":"image_url"}]}]})");
  EXPECT_EQ(response.prompt_tokens, 7U);
}

TEST_F(RequestReaderTest, CapsTheLength) {
  for (const std::string name : {"max_tokens", "max_completion_tokens"}) {
    const auto capped = chat(",\"" + name + "\":2");
    EXPECT_EQ(capped.tokens, 2U);
    EXPECT_TRUE(capped.is_capped);
    for (const char* more : {":16", ":17", ":null", ":1000000"}) {
      const auto whole = chat(",\"" + name + "\"" + more);
      EXPECT_EQ(whole.tokens, 16U) << more;
      EXPECT_FALSE(whole.is_capped) << more;
    }
  }
  EXPECT_EQ(chat(R"(,"max_tokens":5,"max_completion_tokens":3)").tokens, 3U);
}

TEST_F(RequestReaderTest, HoldsTheLeastLength) {
  const auto longer = chat(R"(,"min_tokens":40)");
  EXPECT_EQ(longer.tokens, 40U);
  EXPECT_FALSE(longer.is_capped);
  EXPECT_EQ(chat(R"(,"min_tokens":3)").tokens, 16U);
  EXPECT_EQ(chat(R"(,"min_tokens":0)").tokens, 16U);
  const auto both = chat(R"(,"min_tokens":40,"max_tokens":40)");
  EXPECT_EQ(both.tokens, 40U);
  EXPECT_FALSE(both.is_capped);
}

TEST_F(RequestReaderTest, HoldsTheExactLengthWhenTheEndIsIgnored) {
  for (const auto& [limit, tokens] : {std::pair{"5", 5U}, {"16", 16U}, {"1000000", 1'000'000U}}) {
    const auto exact = chat(std::string(R"(,"ignore_eos":true,"max_tokens":)") + limit);
    EXPECT_EQ(exact.tokens, tokens);
    EXPECT_TRUE(exact.is_capped);
  }
  EXPECT_EQ(chat(R"(,"ignore_eos":true)").tokens, 16U);
  EXPECT_EQ(chat(R"(,"ignore_eos":false,"max_tokens":50)").tokens, 16U);
}

TEST_F(RequestReaderTest, ReadsWhetherToStream) {
  EXPECT_TRUE(chat(R"(,"stream":true)").streams);
  EXPECT_FALSE(chat(R"(,"stream":false)").streams);
  EXPECT_FALSE(chat(R"(,"stream":null,"stream_options":null)").streams);
  EXPECT_FALSE(chat(R"(,"stream":true)").includes_usage);
  EXPECT_FALSE(chat(R"(,"stream":true,"stream_options":{})").includes_usage);
  EXPECT_TRUE(chat(R"(,"stream":true,"stream_options":{"include_usage":true})").includes_usage);
}

TEST_F(RequestReaderTest, ReadsWhetherEventsHaveTheUsageSoFar) {
  const auto has_running_usage = [this](const std::string& options) {
    return chat(R"(,"stream":true,"stream_options":)" + options).has_running_usage;
  };
  EXPECT_TRUE(has_running_usage(R"({"include_usage":true,"continuous_usage_stats":true})"));
  EXPECT_FALSE(has_running_usage(R"({"include_usage":true})"));
  // As in vLLM, the usage has to be included in the first place.
  EXPECT_FALSE(has_running_usage(R"({"continuous_usage_stats":true})"));
  refuse_chat(R"({"model":"m","messages":[{}],"stream":true,)"
              R"("stream_options":{"continuous_usage_stats":1}})",
              "a boolean", "continuous_usage_stats", "invalid_type");
}

TEST_F(RequestReaderTest, FindsSharedPrefixesInItsCache) {
  const auto ask = [&](const std::string& system, const std::string& user) {
    return read_chat(R"({"model":"m","messages":[{"role":"system","content":")" + system +
                     R"("},{"role":"user","content":")" + user + R"("}]})");
  };
  // With 12 bytes for the role: 16 blocks of 64 bytes.
  const std::string system(16 * 64 - 12, 's');
  const auto first = ask(system, "one");
  EXPECT_EQ(first.cached_tokens, 0U);
  const auto again = ask(system, "two");
  EXPECT_EQ(again.cached_tokens, 256U);
  EXPECT_EQ(again.prompt_tokens, 256U + 3 + 3 + 1);
  EXPECT_EQ(ask("x" + system, "two").cached_tokens, 0U);
}

TEST_F(RequestReaderTest, CachesNoMoreThanThePromptHas) {
  const std::string body = R"({"model":"m","messages":[{"role":"user","content":")" +
                           std::string(6'400, 'a') + R"("}]})";
  read_chat(body);
  const auto again = read_chat(body);
  EXPECT_EQ(again.cached_tokens, 1'600U);
  EXPECT_EQ(again.prompt_tokens, 1'606U);
}

TEST_F(RequestReaderTest, ReadsAResponsesRequest) {
  const auto text = read_responses(R"({"model":"m","input":"12345678"})");
  EXPECT_EQ(text.prompt_tokens, 8U);
  EXPECT_EQ(text.tokens, 16U);
  EXPECT_FALSE(text.streams);
  const auto list = read_responses(
      R"({"model":"m","stream":true,"max_output_tokens":3,"instructions":"1234","input":[)"
      R"({"role":"user","content":[{"type":"input_text","text":"1234"}]},{"role":"user","content":"1"}]})");
  EXPECT_EQ(list.prompt_tokens, 3U + 4 + 4 + 4);
  EXPECT_EQ(list.tokens, 3U);
  EXPECT_TRUE(list.is_capped);
  EXPECT_TRUE(list.streams);
}

TEST_F(RequestReaderTest, RefusesWhatTheRealApiRefuses) {
  refuse_chat("", "could not parse the JSON", "", "");
  refuse_chat("{\"model\":", "could not parse the JSON", "", "");
  refuse_chat("[1]", "could not parse the JSON", "", "");
  refuse_chat(R"({"messages":[{}]})", "must provide a model", "", "");
  refuse_chat(R"({"model":7,"messages":[{}]})", "must provide a model", "", "");
  refuse_chat(R"({"model":"m"})", "'messages'", "messages", "missing_required_parameter");
  refuse_chat(R"({"model":"m","messages":"a"})", "expected an array", "messages", "invalid_type");
  refuse_chat(R"({"model":"m","messages":[]})", "empty array", "messages", "empty_array");
  const auto refuse = [&](const std::string& more, std::string_view part, std::string_view param,
                          std::string_view code) {
    refuse_chat(R"({"model":"m","messages":[{}],)" + more + "}", part, param, code);
  };
  refuse(R"("max_tokens":"2")", "'max_tokens'", "max_tokens", "invalid_type");
  refuse(R"("max_tokens":0)", "got 0", "max_tokens", "integer_below_min_value");
  refuse(R"("max_tokens":1000001)", "at most 1000000", "max_tokens", "invalid_value");
  refuse(R"("min_tokens":1000001)", "at most 1000000", "min_tokens", "invalid_value");
  refuse(R"("min_tokens":-1)", "got -1", "min_tokens", "integer_below_min_value");
  refuse(R"("min_tokens":3,"max_tokens":2)", "less than or equal to max_tokens=2, got 3",
         "min_tokens", "invalid_value");
  refuse(R"("ignore_eos":1)", "expected a boolean", "ignore_eos", "invalid_type");
  refuse(R"("stream":"yes")", "expected a boolean", "stream", "invalid_type");
  refuse(R"("stream":true,"stream_options":7)", "an object", "stream_options", "invalid_type");
  refuse(R"("stream_options":{})", "only allowed when 'stream' is enabled", "stream_options", "");
  refuse(R"("stream":true,"stream_options":{"include_usage":7})", "a boolean", "include_usage",
         "invalid_type");
}

TEST_F(RequestReaderTest, RefusesResponsesRequestsAlike) {
  refuse_responses("{", "could not parse the JSON", "", "");
  refuse_responses(R"({"input":"a"})", "must provide a model", "", "");
  refuse_responses(R"({"model":"m"})", "'input'", "input", "missing_required_parameter");
  refuse_responses(R"({"model":"m","input":7})", "a string or an array", "input", "invalid_type");
  refuse_responses(R"({"model":"m","input":[]})", "empty array", "input", "empty_array");
  refuse_responses(R"({"model":"m","input":"a","instructions":[]})", "a string", "instructions",
                   "invalid_type");
  refuse_responses(R"({"model":"m","input":"a","max_output_tokens":0})", "got 0",
                   "max_output_tokens", "integer_below_min_value");
  refuse_responses(R"({"model":"m","input":"a","stream":1})", "a boolean", "stream",
                   "invalid_type");
}

TEST_F(RequestReaderTest, SurvivesMessagesThatAreNoObjects) {
  read_chat(R"({"model":"m","messages":[1,null,"a",{"content":7},{"content":[1]},{"role":7}]})");
  read_responses(R"({"model":"m","input":[1,null,"a",{"content":7},{"content":[1]}]})");
}

}  // namespace
}  // namespace paceline::endpoint
