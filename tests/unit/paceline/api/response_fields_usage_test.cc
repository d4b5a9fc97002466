#include <gtest/gtest.h>
#include <paceline/api/response_reader.h>
#include <simdjson.h>

#include <optional>
#include <string>

namespace paceline::api {
namespace {

std::optional<Usage> usage_in(const std::string& body) {
  simdjson::dom::parser parser;
  return read_usage(parser.parse(body));
}

std::optional<Usage> usage_of(const std::string& fields) {
  return usage_in(R"({"usage":{)" + fields + "}}");
}

TEST(UsageTest, UsageThatIsNoneIsNone) {
  for (const char* body :
       {"{}", R"({"usage":null})", R"({"usage":{}})", R"({"usage":7})", "[]",
        R"({"usage":{"prompt_tokens":-1}})", R"({"usage":{"prompt_tokens":null}})",
        R"({"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}})"}) {
    EXPECT_FALSE(usage_in(body)) << body;
  }
}

TEST(UsageTest, WhatIsNotToldIsAbsent) {
  const auto prompt = usage_of(
      R"("prompt_tokens":10,"completion_tokens":null,"total_tokens":15,"prompt_tokens_details":null)");
  ASSERT_TRUE(prompt);
  EXPECT_EQ(prompt->prompt_tokens, 10U);
  EXPECT_FALSE(prompt->completion_tokens);
  EXPECT_FALSE(prompt->cached_tokens);
  EXPECT_FALSE(prompt->reasoning_tokens);
  const auto completion = usage_of(R"("completion_tokens":5)");
  ASSERT_TRUE(completion);
  EXPECT_FALSE(completion->prompt_tokens);
  EXPECT_EQ(completion->completion_tokens, 5U);
}

TEST(UsageTest, ReadsItWhereverServersPutIt) {
  for (const char* body :
       {R"({"usage":{"prompt_tokens":10,"completion_tokens":5}})",
        R"({"usage":null,"x_groq":{"usage":{"prompt_tokens":10,"completion_tokens":5}}})",
        R"({"choices":[{"usage":{"prompt_tokens":10,"completion_tokens":5}}]})",
        R"({"usage":{"input_tokens":10.0,"output_tokens":5.0}})"}) {
    const auto usage = usage_in(body);
    ASSERT_TRUE(usage) << body;
    EXPECT_EQ(usage->prompt_tokens, 10U) << body;
    EXPECT_EQ(usage->completion_tokens, 5U) << body;
  }
}

TEST(UsageTest, CachedTokensHaveManyNames) {
  for (const char* field :
       {R"("prompt_tokens_details":{"cached_tokens":8})",
        R"("input_tokens_details":{"cached_tokens":8})", R"("cached_tokens":8)",
        R"("prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":2)",
        R"("cache_read_input_tokens":8)",
        R"("prompt_tokens_details":{"cached_tokens":null},"cached_tokens":8)"}) {
    const auto usage = usage_of(R"("prompt_tokens":10,)" + std::string(field));
    ASSERT_TRUE(usage) << field;
    EXPECT_EQ(usage->cached_tokens, 8U) << field;
  }
  EXPECT_EQ(usage_of(R"("prompt_tokens":10,"cached_tokens":0)")->cached_tokens, 0U);
}

TEST(UsageTest, AbsurdNumbersAreNone) {
  for (const char* number :
       {"-5", "1000000000000000", "18446744073709551615", "1e300", "-1e300", "\"5\"", "true"}) {
    const auto usage = usage_of(R"("prompt_tokens":3,"completion_tokens":)" + std::string(number));
    ASSERT_TRUE(usage) << number;
    EXPECT_FALSE(usage->completion_tokens) << number;
  }
}

TEST(UsageTest, ThoughtsAreAPartOfTheCompletion) {
  const auto part = usage_of(R"("prompt_tokens":1,"completion_tokens":100,"total_tokens":101,)"
                             R"("completion_tokens_details":{"reasoning_tokens":90})");
  EXPECT_EQ(part->completion_tokens, 100U);
  EXPECT_EQ(part->reasoning_tokens, 90U);
  // As xAI counts.
  const auto beside = usage_of(R"("prompt_tokens":1,"completion_tokens":10,"total_tokens":101,)"
                               R"("completion_tokens_details":{"reasoning_tokens":90})");
  EXPECT_EQ(beside->completion_tokens, 100U);
  EXPECT_EQ(usage_of(R"("output_tokens":9,"output_tokens_details":{"reasoning_tokens":4})")
                ->reasoning_tokens,
            4U);
}

TEST(UsageTest, ZerosTakeNoOthersPlace) {
  std::optional<Usage> usage;
  merge_usage(usage, std::nullopt);
  EXPECT_FALSE(usage);
  merge_usage(usage, Usage{.prompt_tokens = 10, .completion_tokens = 0});
  EXPECT_EQ(usage->completion_tokens, 0U);
  merge_usage(usage, Usage{.prompt_tokens = 10, .completion_tokens = 4, .cached_tokens = 2});
  merge_usage(usage, Usage{.completion_tokens = 5});
  merge_usage(usage, Usage{.prompt_tokens = 10, .completion_tokens = 0, .cached_tokens = 0});
  merge_usage(usage, std::nullopt);
  EXPECT_EQ(usage->prompt_tokens, 10U);
  EXPECT_EQ(usage->completion_tokens, 5U);
  EXPECT_EQ(usage->cached_tokens, 2U);
}

}  // namespace
}  // namespace paceline::api
