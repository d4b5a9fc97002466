#include <endpoint/reranker.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "visitor.h"

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

class RerankerTest : public testing::Test {
 protected:
  dom::element ask(const std::string& members) {
    std::string request = R"({"model":"m","query":"12345678",)" + members + "}";
    const auto error = reranker_.answer(request, out_);
    EXPECT_FALSE(error) << request << error->message;
    return parser_.parse(out_);
  }

  /// The scores by the documents' places.
  std::map<std::uint64_t, double> scores(const std::string& documents) {
    std::map<std::uint64_t, double> all;
    for (const dom::element result : ask(R"("documents":)" + documents)["results"].get_array()) {
      all[result["index"]] = result["relevance_score"];
    }
    return all;
  }

  void refuse(const std::string& members, std::string_view part, std::string_view param,
              std::string_view code) {
    std::string request = R"({"model":"m")" + members + "}";
    const auto error = reranker_.answer(request, out_);
    ASSERT_TRUE(error) << members;
    EXPECT_EQ(error->status, 400U);
    EXPECT_NE(error->message.find(part), std::string::npos) << error->message;
    EXPECT_EQ(error->param, param);
    EXPECT_EQ(error->code, code);
  }

 private:
  Reranker reranker_;
  dom::parser parser_;
  std::string out_;
};

TEST_F(RerankerTest, HasTheShapeOfTheRealApis) {
  const auto response = ask(R"("documents":["1234",{"text":"12345"}])");
  EXPECT_TRUE(std::string_view(response["id"]).starts_with("rerank-"));
  EXPECT_EQ(std::string_view(response["model"]), "m");
  EXPECT_EQ(response["results"].get_array().size(), 2U);
  EXPECT_EQ(response["results"].at(0)["document"].error(), simdjson::NO_SUCH_FIELD);
  // The query's two tokens count for each document.
  EXPECT_EQ(std::int64_t(response["usage"]["prompt_tokens"]), 2 + 1 + 2 + 2);
  EXPECT_EQ(std::int64_t(response["usage"]["total_tokens"]), 7);
}

TEST_F(RerankerTest, SortsByTheScore) {
  const auto response = ask(R"("documents":["a","b","c","d","e","f","g","h"])");
  double last = 1;
  for (const dom::element result : response["results"].get_array()) {
    const double score = result["relevance_score"];
    EXPECT_LE(score, last);
    EXPECT_GT(score, 0);
    last = score;
  }
}

TEST_F(RerankerTest, ScoresByTheTexts) {
  const auto scored = scores(R"(["a","b",{"text":"a"}])");
  ASSERT_EQ(scored.size(), 3U);
  EXPECT_EQ(scored.at(0), scored.at(2));
  EXPECT_NE(scored.at(0), scored.at(1));
  EXPECT_EQ(scores(R"(["b","a"])").at(0), scored.at(1));
}

TEST_F(RerankerTest, ReturnsTheBestDocuments) {
  const auto all = scores(R"(["a","b","c"])");
  const auto response = ask(R"("documents":["a","b","c"],"top_n":2,"return_documents":true)");
  const auto results = response["results"];
  ASSERT_EQ(results.get_array().size(), 2U);
  const std::vector<std::string> documents = {"a", "b", "c"};
  for (const dom::element result : results.get_array()) {
    const std::uint64_t index = result["index"];
    EXPECT_EQ(std::string_view(result["document"]["text"]), documents[index]);
    EXPECT_EQ(double(result["relevance_score"]), all.at(index));
  }
  EXPECT_EQ(ask(R"("documents":["a"],"top_n":5)")["results"].get_array().size(), 1U);
}

TEST_F(RerankerTest, RefusesWrongRequests) {
  refuse(R"(,"documents":["a"])", "query", "query", "missing_required_parameter");
  refuse(R"(,"query":["a"],"documents":["a"])", "a string", "query", "invalid_type");
  refuse(R"(,"query":"a")", "documents", "documents", "missing_required_parameter");
  refuse(R"(,"query":"a","documents":"a")", "an array", "documents", "invalid_type");
  refuse(R"(,"query":"a","documents":[])", "empty array", "documents", "empty_array");
  refuse(R"(,"query":"a","documents":["a",1])", "'text'", "documents", "invalid_type");
  refuse(R"(,"query":"a","documents":[{"title":"a"}])", "'text'", "documents", "invalid_type");
  refuse(R"(,"query":"a","documents":["a"],"top_n":0)", ">= 1", "top_n", "integer_below_min_value");
  refuse(R"(,"query":"a","documents":["a"],"return_documents":1)", "a boolean", "return_documents",
         "invalid_type");
  std::string many = R"("a")";
  for (std::size_t i = 0; i < Reranker::most_documents; ++i) many += R"(,"a")";
  refuse(R"(,"query":"a","documents":[)" + many + "]", "10000", "documents",
         "array_above_max_length");
}

TEST(EndpointRerank, AnswersOnThreePaths) {
  EndpointOptions options = at_once();
  options.required_key = "right";
  const auto endpoint = started(std::move(options));
  for (const char* path : {"/v1/rerank", "/v2/rerank", "/rerank"}) {
    Visitor visitor(*endpoint);
    const char* request = R"({"model":"m","query":"a","documents":["a","b"]})";
    EXPECT_EQ(visitor.post(path, request), 401) << path;
    visitor.header("Authorization: Bearer right");
    EXPECT_EQ(visitor.post(path, request), 200) << path;
    EXPECT_NE(visitor.body.find(R"("relevance_score":0.)"), std::string::npos) << visitor.body;
    EXPECT_EQ(visitor.post(path, "{}"), 400) << path;
    EXPECT_NE(visitor.body.find(R"("error":{)"), std::string::npos) << visitor.body;
  }
}

}  // namespace
}  // namespace paceline::endpoint
