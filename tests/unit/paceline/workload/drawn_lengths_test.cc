#include <gtest/gtest.h>
#include <paceline/template_post.h>
#include <paceline/text_embedding.h>
#include <paceline/text_generation.h>
#include <paceline/text_ranking.h>
#include <paceline/workload/item_shape.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

// Workloads whose prompts and responses have lengths of distributions.

namespace paceline::workload {
namespace {

using nlohmann::json;

const Api some_api{"http://host/v1", ""};
const Prompt drawn_prompt{.synthetic_tokens = Lengths::normal(50, 20)};
const Lengths drawn_limit = Lengths::uniform(1, 99);

ItemShape shape_of(std::uint64_t item) {
  return ItemShapes(drawn_prompt, drawn_limit).of(item).value();
}

std::uint64_t word_count_of(const std::string& text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

json made(Workload& workload, std::uint64_t item, Request& request) {
  workload.make(item, request);
  return json::parse(request.body);
}

TEST(DrawnLengthsTest, EachRequestHasTheLengthsOfItsItem) {
  const auto workload =
      make_workload(some_api, TextGeneration{.prompt = drawn_prompt, .max_tokens = drawn_limit});
  Request request;
  for (std::uint64_t item = 0; item < 20; ++item) {
    workload->begin_run(item);
    const json body = made(*workload, item, request);
    const ItemShape shape = shape_of(item);
    EXPECT_EQ(word_count_of(body["messages"][0]["content"]), shape.in);
    EXPECT_EQ(body["max_completion_tokens"], shape.out);
    EXPECT_EQ(request.length_asked->at_least, shape.out);
    EXPECT_EQ(request.length_asked->at_most, shape.out);
  }
}

TEST(DrawnLengthsTest, EachApiHasItsOwnField) {
  Request request;
  for (const auto& [api, field] : {std::pair(ApiKind::completions, "max_tokens"),
                                   {ApiKind::responses, "max_output_tokens"},
                                   {ApiKind::messages, "max_tokens"}}) {
    const auto workload = make_workload(
        some_api, TextGeneration{.api = api, .prompt = drawn_prompt, .max_tokens = drawn_limit});
    EXPECT_EQ(made(*workload, 3, request)[field], shape_of(3).out);
  }
}

TEST(DrawnLengthsTest, AServerMayRefuseTheFieldOfTheLimit) {
  const auto workload =
      make_workload(some_api, TextGeneration{.prompt = drawn_prompt, .max_tokens = drawn_limit});
  Outcome refused = failed(Failure::http_4xx, "unknown field max_completion_tokens");
  refused.length_asked = LengthAsked{3, 3};
  EXPECT_NE(workload->adapt(refused), "");
  Request request;
  EXPECT_EQ(made(*workload, 4, request)["max_tokens"], shape_of(4).out);
}

TEST(DrawnLengthsTest, TheFingerprintNamesTheDistributions) {
  const auto fingerprint_of = [](const Lengths& in, const Lengths& out) {
    const TextGeneration asked{.prompt = {.synthetic_tokens = in}, .max_tokens = out};
    return json::parse(make_workload(some_api, asked)->describe().fingerprint);
  };
  const json drawn = fingerprint_of(Lengths::normal(50, 20), Lengths::uniform(1, 99));
  EXPECT_EQ(drawn["messages"][0]["content"], "{synthetic normal(50,20)}");
  EXPECT_EQ(drawn["max_completion_tokens"], "{uniform(1,99)}");
  const json fixed = fingerprint_of(50, 99);
  EXPECT_EQ(fixed["messages"][0]["content"], "{synthetic 50}");
  EXPECT_EQ(fixed["max_completion_tokens"], 99);
}

TEST(DrawnLengthsTest, TheFingerprintNamesTheGroups) {
  const TextGeneration asked{.prompt = {.shared_prefix_tokens = 40,
                                        .prefix_groups = {.count = 9},
                                        .synthetic_tokens = 30}};
  const auto workload = make_workload(some_api, asked);
  const json fingerprint = json::parse(workload->describe().fingerprint);
  EXPECT_EQ(fingerprint["messages"][0]["content"], "{prefix 9x40} {synthetic 30}");
  Request request;
  workload->make(1, request);
  EXPECT_EQ(request.prefix_tokens, 40U);
}

TEST(DrawnLengthsTest, OtherWorkloadsHaveTheLengthsOfPrompts) {
  Request request;
  const auto embedding = make_workload(some_api, TextEmbedding{.input = drawn_prompt});
  EXPECT_EQ(word_count_of(made(*embedding, 5, request)["input"]), shape_of(5).in);
  const auto ranking = make_workload(some_api, TextRanking{.query = drawn_prompt});
  EXPECT_EQ(word_count_of(made(*ranking, 6, request)["query"]), shape_of(6).in);
  const auto post = make_workload(
      some_api, TemplatePost{.body = R"({"text": "{prompt}"})", .prompt = drawn_prompt});
  EXPECT_EQ(word_count_of(made(*post, 7, request)["text"]), shape_of(7).in);
}

}  // namespace
}  // namespace paceline::workload
