#include <gtest/gtest.h>
#include <paceline/workload/traced_generation.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "../../message_of.h"
#include "batch_files.h"

namespace paceline::workload {
namespace {

using nlohmann::json;

constexpr const char* mooncake =
    R"({"timestamp": 0, "input_length": 6, "output_length": 3, "hash_ids": [1, 2]})"
    "\n"
    R"({"timestamp": 9, "input_length": 7, "output_length": 5, "hash_ids": [1, 3]})"
    "\n";

std::unique_ptr<Workload> replay_of(const TemporaryFile& file, const TextGeneration& asked = {}) {
  auto trace = Trace::open(file.path(), {.block_tokens = 4});
  EXPECT_EQ(message_of(trace), "");
  return make_workload({"http://host/v1", ""}, asked, trace.value_or(nullptr));
}

json body_of(Workload& workload, std::uint64_t item, Request& request) {
  workload.make(item, request);
  return json::parse(request.body);
}

std::string prompt_in(const json& body) {
  EXPECT_EQ(body["messages"].size(), 1U);
  return body["messages"][0]["content"];
}

TEST(TracedGenerationTest, HasTheLengthsOfTheRow) {
  const TemporaryFile file(mooncake);
  const auto workload = replay_of(file);
  Request request;
  for (const auto& [item, in, out] : {std::tuple(0U, 6, 3U), {1U, 7, 5U}, {2U, 6, 3U}}) {
    const json body = body_of(*workload, item, request);
    const std::string prompt = prompt_in(body);
    EXPECT_EQ(std::count(prompt.begin(), prompt.end(), ' '), in - 1);
    EXPECT_EQ(body["max_completion_tokens"], out);
    EXPECT_EQ(request.length_asked->at_most, out);
    EXPECT_EQ(request.length_asked->at_least, out);
  }
}

TEST(TracedGenerationTest, WhatIsNotRecordedIsAsAskedFor) {
  const TemporaryFile file("0\n1\n");
  const auto workload = replay_of(
      file,
      {.prompt = {.system = "", .text = "number {n}", .nonce = Nonce::none}, .max_tokens = 9});
  Request request;
  const json body = body_of(*workload, 1, request);
  EXPECT_EQ(prompt_in(body), "number 1");
  EXPECT_EQ(body["max_completion_tokens"], 9);
  EXPECT_EQ(request.length_asked->at_most, 9U);
}

TEST(TracedGenerationTest, AServerMayRefuseTheFieldOfTheLimit) {
  const TemporaryFile file(mooncake);
  const auto workload = replay_of(file);
  Outcome refused = failed(Failure::http_4xx, "unknown field max_completion_tokens");
  refused.length_asked = LengthAsked{3, 3};
  EXPECT_NE(workload->adapt(refused), "");
  Request request;
  EXPECT_EQ(body_of(*workload, 0, request)["max_tokens"], 3);
}

TEST(TracedGenerationTest, ItsFingerprintNamesTheRows) {
  const TemporaryFile file(mooncake);
  const std::string before = replay_of(file)->describe().fingerprint;
  EXPECT_TRUE(json::parse(before)["trace"].contains("hashes"));
  file.write(std::string(mooncake) + R"({"timestamp": 9, "input_length": 1, "output_length": 1})");
  EXPECT_NE(replay_of(file)->describe().fingerprint, before);
}

TEST(TracedGenerationTest, ARowThatIsGoneFailsItsRequest) {
  const TemporaryFile file(mooncake);
  const auto workload = replay_of(file);
  file.write("");
  Request request;
  workload->make(1, request);
  EXPECT_EQ(request.url, "");
  Response response;
  const Outcome outcome = workload->read(request, response);
  EXPECT_EQ(outcome.failure, Failure::other);
  EXPECT_NE(outcome.error.message.find("no longer in the file"), std::string::npos);
}

}  // namespace
}  // namespace paceline::workload
