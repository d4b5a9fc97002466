#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "parsed_workloads.h"

namespace paceline::programs {
namespace {

using nlohmann::json;

json body_with(const Names& arguments) {
  return json::parse(first_request(arguments).body);
}

TEST(PromptFlagsTest, PromptIdsAreAnExactLength) {
  const std::string ids = "--paceline_prompt_ids=512:32000";
  EXPECT_EQ(body_with({"--paceline_workload=completions/stream", ids})["prompt"].size(), 512U);
  EXPECT_EQ(body_with({"--paceline_workload=embeddings/create", ids})["input"].size(), 512U);
  EXPECT_EQ(body_with({"--paceline_workload=completions/stream", ids,
                       "--paceline_shared_prefix=8"})["prompt"]
                .size(),
            520U);
  EXPECT_NE(refusal({ids}).find("choose completions"), std::string::npos);
  EXPECT_NE(refusal({ids, "--paceline_workload=rerank/create"}).find("--paceline_prompt_ids"),
            std::string::npos);
}

TEST(PromptFlagsTest, SyntheticLengthsMayBeDistributions) {
  const std::string lengths = "--paceline_synthetic=normal(512,100):lognormal(128,p99=600)";
  const TextGeneration generation = parsed({lengths}).generation;
  EXPECT_EQ(generation.prompt.synthetic_tokens, Lengths::normal(512, 100));
  EXPECT_EQ(generation.max_tokens, Lengths::lognormal(128, 600));
  EXPECT_EQ(parsed({lengths, "--paceline_max_tokens=3"}).generation.max_tokens, 3U);
  for (const char* name : {"chat/stream", "completions/complete", "responses/stream",
                           "messages/complete", "embeddings/create", "rerank/create"}) {
    EXPECT_FALSE(body_with({std::string("--paceline_workload=") + name, lengths}).is_discarded())
        << name;
  }
  EXPECT_EQ(body_with({lengths, "--paceline_ignore_eos"})["ignore_eos"], true);
  EXPECT_NE(refusal({lengths, "--paceline_min_tokens=3"}).find("leave out --paceline_min_tokens"),
            std::string::npos);
  EXPECT_NE(refusal({"--paceline_synthetic=normal(5):7"}).find("normal(MEAN,STDDEV)"),
            std::string::npos);
}

TEST(PromptFlagsTest, PrefixGroupsAreEvenOrFollowZipf) {
  const auto groups_of = [](const std::string& text) {
    const Prompt prompt = parsed({"--paceline_prefix_groups=" + text}).generation.prompt;
    EXPECT_EQ(prompt.shared_prefix_tokens, 50U);
    return std::pair(prompt.prefix_groups.count, prompt.prefix_groups.exponent);
  };
  EXPECT_EQ(groups_of("100x50"), std::pair(std::uint64_t{100}, 0.0));
  EXPECT_EQ(groups_of("100x50:zipf"), std::pair(std::uint64_t{100}, 1.0));
  EXPECT_EQ(groups_of("10000000x50:zipf=1.2"), std::pair(std::uint64_t{10'000'000}, 1.2));
  for (const char* bad : {"", "100", "0x50", "100x0", "100x", "x50", "10000001x5", "5x10000001",
                          "1x2x3", "-1x5", "5x5:", "5x5:even", "5x5:zipf=x", "5x5:zipf=-1",
                          "5x5:zipf=11", "5x5:zipf=nan", "5x5zipf", "5x5:zipf1"}) {
    EXPECT_NE(refusal({std::string("--paceline_prefix_groups=") + bad}).find("COUNTxTOKENS"),
              std::string::npos)
        << bad;
  }
}

TEST(PromptFlagsTest, PrefixGroupsNeedAPrompt) {
  const std::string groups = "--paceline_prefix_groups=5x50";
  EXPECT_EQ(refusal({groups, "--paceline_prompt_ids=5:9", "--paceline_workload=embeddings/create"}),
            "");
  EXPECT_NE(refusal({groups, "--paceline_shared_prefix=5"}).find("leave out one"),
            std::string::npos);
  EXPECT_NE(refusal({groups, "--paceline_http_url=http://host/"}).find("no workload sends them"),
            std::string::npos);
}

TEST(PromptFlagsTest, ImagesStandBesideThePrompt) {
  const json content =
      body_with({"--paceline_images=2x16x8", "--paceline_system="})["messages"][0]["content"];
  EXPECT_EQ(content.size(), 3U);
  EXPECT_NE(
      refusal({"--paceline_images=1x8x8", "--paceline_workload=embeddings/create"}).find("images"),
      std::string::npos);
}

TEST(PromptFlagsTest, ARankingHasItsDocuments) {
  const json body = body_with({"--paceline_workload=rerank/create", "--paceline_documents=3:4"});
  ASSERT_EQ(body["documents"].size(), 3U);
  const std::string document = body["documents"][0];
  EXPECT_EQ(std::count(document.begin(), document.end(), ' '), 3);
}

TEST(PromptFlagsTest, OtherFormsAreRefusedWithASentence) {
  for (const char* bad : {"", "512", "0:10", "512:1", "512:", ":9", "a:b", "5:9:9", "99999999:9"}) {
    EXPECT_NE(refusal({std::string("--paceline_prompt_ids=") + bad}).find("IN:VOCABULARY"),
              std::string::npos)
        << bad;
  }
  for (const char* bad : {"1", "1x2", "0x8x8", "1x8x8193", "101x8x8", "1x8x8x8", "1x8xa"}) {
    EXPECT_NE(refusal({std::string("--paceline_images=") + bad}).find("COUNTxWIDTHxHEIGHT"),
              std::string::npos)
        << bad;
  }
  for (const char* bad : {"10", "0:5", "5:0", "a:1", "100001:1"}) {
    EXPECT_NE(refusal({std::string("--paceline_documents=") + bad}).find("COUNT:TOKENS"),
              std::string::npos)
        << bad;
  }
}

}  // namespace
}  // namespace paceline::programs
