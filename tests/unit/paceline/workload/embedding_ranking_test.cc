#include <gtest/gtest.h>
#include <paceline/text_embedding.h>
#include <paceline/text_ranking.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace paceline::workload {
namespace {

Request request_of(const TextEmbedding& asked, std::uint64_t item, std::uint64_t salt = 0) {
  const auto workload = make_workload({"http://host/v1", "key"}, asked);
  workload->begin_run(salt);
  Request request;
  request.body = "left over";
  request.name = "left over";
  request.is_streamed = true;
  workload->make(item, request);
  return request;
}

TEST(TextEmbeddingTest, MakesTheRequestThatTheApiTakes) {
  TextEmbedding asked;
  asked.model = "some \"model\"";
  asked.input = {.system = {}, .text = "Text {n}", .nonce = Nonce::none};
  const Request request = request_of(asked, 3);
  EXPECT_EQ(request.method, Method::post);
  EXPECT_EQ(request.url, "http://host/v1/embeddings");
  EXPECT_EQ(request.body, R"({"model":"some \"model\"","input":"Text 3"})");
  EXPECT_EQ(request.name, "");
  EXPECT_FALSE(request.is_streamed);
}

TEST(TextEmbeddingTest, NoTwoRunsAskTheSame) {
  EXPECT_NE(request_of({}, 0, 1).body, request_of({}, 0, 2).body);
  EXPECT_EQ(request_of({}, 0, 1).body, request_of({}, 0, 1).body);
  TextEmbedding synthetic;
  synthetic.input.synthetic_tokens = 10;
  EXPECT_NE(request_of(synthetic, 0, 1).body, request_of(synthetic, 0, 2).body);
}

TEST(TextEmbeddingTest, DescribesItselfWithoutTheSalt) {
  const auto workload = make_workload({"http://host/v1", "key"}, TextEmbedding{.model = "e"});
  const std::string fingerprint = workload->describe().fingerprint;
  workload->begin_run(77);
  EXPECT_EQ(workload->describe().fingerprint, fingerprint);
  EXPECT_EQ(workload->describe().name, "embeddings/create");
  EXPECT_EQ(workload->describe().model, "e");
}

TEST(TextEmbeddingTest, ReadsItsResponses) {
  const auto workload = make_workload({"http://host/v1", ""}, TextEmbedding{});
  Response response;
  response.status = 200;
  response.body = R"({"data":[{"embedding":[0.1]}],"usage":{"prompt_tokens":5,"total_tokens":5}})";
  const Outcome good = workload->read({}, response);
  EXPECT_FALSE(good.failure) << good.error.message;
  EXPECT_EQ(good.usage->prompt_tokens, 5U);
  response.body = R"({"choices":[{}]})";
  EXPECT_EQ(workload->read({}, response).failure, Failure::bad_response);
}

TEST(TextEmbeddingTest, MayBeOfTokenIds) {
  TextEmbedding asked{.model = "e"};
  asked.input.ids = {.count = 1, .vocabulary = 2};
  EXPECT_EQ(request_of(asked, 0).body, R"({"model":"e","input":[1]})");
}

TEST(TextRankingTest, MakesTheRequestThatTheApiTakes) {
  const auto workload =
      make_workload({"http://host/v1", "key"},
                    TextRanking{.model = "r",
                                .query = {.system = {}, .text = "Which? {n}", .nonce = Nonce::none},
                                .documents = 2,
                                .document_tokens = 3});
  EXPECT_EQ(workload->describe().name, "rerank/create");
  Request request;
  workload->make(7, request);
  EXPECT_EQ(request.url, "http://host/v1/rerank");
  const nlohmann::json body = nlohmann::json::parse(request.body);
  EXPECT_EQ(body.size(), 3U);
  EXPECT_EQ(body["model"], "r");
  EXPECT_EQ(body["query"], "Which? 7");
  ASSERT_EQ(body["documents"].size(), 2U);
  const std::string first = body["documents"][0];
  EXPECT_EQ(std::count(first.begin(), first.end(), ' '), 2);
  EXPECT_NE(body["documents"][0], body["documents"][1]);
}

}  // namespace
}  // namespace paceline::workload
