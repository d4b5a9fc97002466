#include <gtest/gtest.h>
#include <paceline/api/forms.h>
#include <paceline/api/response_reader.h>

#include <string>

namespace paceline::api {
namespace {

Outcome outcome_of(const std::string& body) {
  Response response;
  response.status = 200;
  response.body = body;
  return ResponseReader().read(rerank_form(), response);
}

std::optional<std::uint64_t> prompt_tokens_of(const std::string& body) {
  const Outcome outcome = outcome_of(body);
  EXPECT_FALSE(outcome.failure) << outcome.error.message;
  return outcome.usage ? outcome.usage->prompt_tokens : std::nullopt;
}

TEST(RerankFormTest, ReadsTheFormsOfSeveralServers) {
  // Jina, vLLM and llama.cpp.
  EXPECT_EQ(prompt_tokens_of(
                R"({"results":[{"index":0,"relevance_score":0.9}],"usage":{"prompt_tokens":7}})"),
            7U);
  EXPECT_EQ(prompt_tokens_of(
                R"({"results":[{"index":0,"relevance_score":0.9}],"usage":{"total_tokens":7}})"),
            7U);
  // Cohere.
  EXPECT_EQ(prompt_tokens_of(R"({"results":[{"index":0,"relevance_score":0.9}],)"
                             R"("meta":{"tokens":{"input_tokens":7,"output_tokens":0}}})"),
            7U);
  // Voyage.
  EXPECT_EQ(prompt_tokens_of(
                R"({"data":[{"index":0,"relevance_score":0.9}],"usage":{"total_tokens":7}})"),
            7U);
  // Text Embeddings Inference.
  EXPECT_EQ(prompt_tokens_of(R"([{"index":0,"score":0.9}])"), std::nullopt);
}

TEST(RerankFormTest, ARankingHasNoCompletion) {
  const Outcome outcome =
      outcome_of(R"({"results":[{"index":0}],"usage":{"prompt_tokens":7,"total_tokens":7}})");
  ASSERT_TRUE(outcome.usage);
  EXPECT_EQ(outcome.usage->completion_tokens, 0U);
}

TEST(RerankFormTest, AnythingElseIsBad) {
  EXPECT_EQ(outcome_of(R"({"results":[]})").error.message, "the response has no results");
  EXPECT_EQ(outcome_of(R"({"choices":[{}]})").error.message, "the response has no results");
  EXPECT_EQ(outcome_of(R"({"results":[{"score":1}]})").error.message,
            "the response has no results with an index");
  EXPECT_EQ(outcome_of(R"({"message":"invalid api token"})").error.message,
            "the response has no results: invalid api token");
  EXPECT_EQ(outcome_of(R"({"error":"no model"})").error.message,
            "the server answered with an error: no model");
}

}  // namespace
}  // namespace paceline::api
