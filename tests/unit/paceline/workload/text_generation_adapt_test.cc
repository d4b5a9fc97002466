// Text generation adapts to the fields that a server takes.

#include <gtest/gtest.h>
#include <paceline/text_generation.h>

#include <string>
#include <utility>

namespace paceline::workload {
namespace {

/// The first response of a server that refuses a field with this message.
Outcome refusal(std::string message) {
  return failed(Failure::http_4xx, std::move(message));
}

std::string first_body(Workload& workload) {
  Request request;
  workload.make(0, request);
  return request.body;
}

TEST(TextGenerationTest, AdaptsToAServerThatRefusesTheNewLimit) {
  const auto workload = make_workload({"http://host/v1"}, TextGeneration{.max_tokens = 9});
  const std::string fingerprint = workload->describe().fingerprint;
  EXPECT_EQ(workload->adapt({}), "");
  EXPECT_EQ(workload->adapt(refusal("no credit")), "");
  EXPECT_NE(first_body(*workload).find(R"("max_completion_tokens":9)"), std::string::npos);
  Outcome refused = refusal("Unrecognized request argument: max_completion_tokens");
  refused.length_asked = LengthAsked{9, 9};
  EXPECT_EQ(workload->adapt(refused),
            "the server refuses max_completion_tokens; max_tokens is sent instead");
  EXPECT_NE(first_body(*workload).find(R"("max_tokens":9)"), std::string::npos);
  EXPECT_EQ(workload->adapt(refused), "") << "there is no further field to try";
  EXPECT_EQ(workload->describe().fingerprint, fingerprint) << "the job is the same";
}

TEST(TextGenerationTest, AdaptsToAServerThatIgnoresTheNewLimit) {
  const auto workload = make_workload({"http://host/v1"}, TextGeneration{.max_tokens = 9});
  Outcome outcome;
  outcome.length_asked = LengthAsked{9, 9};
  outcome.usage = Usage{.completion_tokens = 9};
  EXPECT_EQ(workload->adapt(outcome), "");
  outcome.usage->completion_tokens = 10;
  EXPECT_EQ(workload->adapt(outcome),
            "the server ignores max_completion_tokens; max_tokens is sent instead");
}

TEST(TextGenerationTest, AdaptsToAServerThatRefusesStreamOptions) {
  const TextGeneration streamed{.is_streamed = true};
  const auto workload = make_workload({"http://host/v1"}, streamed);
  const Outcome refused = refusal("stream_options: Extra inputs are not permitted");
  EXPECT_EQ(workload->adapt(refused),
            "the server refuses stream_options; streams are not asked for their usage");
  EXPECT_EQ(first_body(*workload).find("stream_options"), std::string::npos);
  EXPECT_EQ(workload->adapt(refused), "");
}

TEST(TextGenerationTest, FieldsThatAreChosenStay) {
  for (const LimitField field : {LimitField::max_tokens, LimitField::max_completion_tokens}) {
    const auto workload = make_workload(
        {"http://host/v1"},
        TextGeneration{
            .is_streamed = true, .max_tokens = 9, .limit_field = field, .asks_usage = true});
    const std::string body = first_body(*workload);
    EXPECT_EQ(body.find(R"("max_tokens")") != std::string::npos, field == LimitField::max_tokens);
    EXPECT_EQ(workload->adapt(refusal("max_completion_tokens and stream_options")), "");
    EXPECT_EQ(first_body(*workload), body);
  }
}

}  // namespace
}  // namespace paceline::workload
