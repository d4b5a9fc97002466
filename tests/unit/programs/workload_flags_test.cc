#include <gtest/gtest.h>

#include <map>
#include <string>

#include "parsed_workloads.h"

namespace paceline::programs {
namespace {

TEST(WorkloadFlagsTest, MeasuresWholeChatUnlessAsked) {
  EXPECT_EQ(names_of({}), (Names{"chat/complete"}));
  EXPECT_EQ(names_of({"--paceline_workload="}), (Names{"chat/complete"}));
}

TEST(WorkloadFlagsTest, MeasuresEachWorkloadByName) {
  const Names all{"chat/complete",      "chat/stream",        "completions/complete",
                  "completions/stream", "responses/complete", "responses/stream",
                  "messages/complete",  "messages/stream",    "embeddings/create",
                  "rerank/create"};
  EXPECT_EQ(names_of({"--paceline_workload=chat/complete,chat/stream,completions/complete,"
                      "completions/stream,responses/complete,responses/stream,"
                      "messages/complete,messages/stream,embeddings/create,rerank/create"}),
            all);
  for (const std::string& name : all) {
    EXPECT_EQ(names_of({"--paceline_workload=" + name}), (Names{name}));
    EXPECT_EQ(first_request({"--paceline_workload=" + name}).is_streamed,
              name.ends_with("/stream"));
  }
}

TEST(WorkloadFlagsTest, AUrlOrAFileIsMeasuredInsteadOrBeside) {
  const std::string url = "--paceline_http_url=http://host/";
  EXPECT_EQ(names_of({url}), (Names{"http/get"}));
  EXPECT_EQ(names_of({url, "--paceline_workload=chat/stream"}), (Names{"chat/stream", "http/get"}));
  // With an API of the user's own, both are meant.
  Options options;
  options.urls = {"http://api/v1"};
  EXPECT_EQ(names_of({url}, options), (Names{"chat/complete", "http/get"}));
}

TEST(WorkloadFlagsTest, ModelsAndUrlsAreMixed) {
  Api second = api;
  second.url = "http://second/v1";
  auto made = select_workloads(
      parsed({"--paceline_model=a:3,b", "--paceline_workload=chat/stream"}), {}, {api, second});
  ASSERT_EQ(message_of(made), "");
  Workload& mix = *made->front().workload;
  EXPECT_EQ(mix.describe().model, "a:0.75,b:0.25");
  EXPECT_EQ(mix.describe().parts.size(), 4U);
  std::map<std::string, int> counts;
  Request request;
  for (std::uint64_t item = 0; item < 400; ++item) {
    mix.make(item, request);
    EXPECT_EQ(request.url.starts_with(second.url), item % 2 == 1);
    ++counts[request.body.find(R"("model":"a")") == std::string::npos ? "b" : "a"];
  }
  EXPECT_NEAR(counts["a"], 300, 5);
  EXPECT_EQ(refusal({"--paceline_model=a,a"}),
            "--paceline_model: 'a,a' names a model twice; give models such as a:0.7,b:0.3");
}

TEST(WorkloadFlagsTest, AskWhatTheyAreSetTo) {
  EXPECT_TRUE(asks({"--paceline_model=some"}, R"("model":"some")"));
  EXPECT_TRUE(asks({"--paceline_prompt=say {n}"}, "say 0"));
  EXPECT_TRUE(asks({"--paceline_system=be brief"}, "be brief"));
  EXPECT_FALSE(asks({"--paceline_system="}, "system"));
  EXPECT_TRUE(asks({"--paceline_temperature=0.5"}, R"("temperature":0.5)"));
  EXPECT_TRUE(asks({"--paceline_max_tokens=9"}, R"("max_completion_tokens":9)"));
  EXPECT_TRUE(asks({"--paceline_max_tokens=9", "--paceline_max_tokens_field=max_tokens"},
                   R"("max_tokens":9)"));
  EXPECT_TRUE(asks({"--paceline_workload=chat/stream"}, "stream_options"));
  EXPECT_FALSE(
      asks({"--paceline_workload=chat/stream", "--paceline_stream_usage=off"}, "stream_options"));
  EXPECT_TRUE(asks({"--paceline_max_tokens=9", "--paceline_min_tokens=9"}, R"("min_tokens":9)"));
  EXPECT_TRUE(asks({"--paceline_max_tokens=9", "--paceline_ignore_eos"}, R"("ignore_eos":true)"));
  for (const char* unasked : {"max_tokens", "max_completion_tokens", "min_tokens", "ignore_eos",
                              "stream", "temperature"}) {
    EXPECT_FALSE(asks({}, unasked)) << unasked;
  }
}

TEST(WorkloadFlagsTest, EmbeddingsHaveAModelOfTheirOwn) {
  const std::string embeddings = "--paceline_workload=embeddings/create";
  EXPECT_TRUE(asks({embeddings}, "text-embedding-3-small"));
  EXPECT_TRUE(asks({embeddings, "--paceline_model=some"}, R"("model":"some")"));
  EXPECT_TRUE(asks({embeddings, "--paceline_prompt=embed {n}"}, "embed 0"));
  EXPECT_FALSE(asks({embeddings}, "translator"));
}

TEST(WorkloadFlagsTest, ANonceIsWhereItIsWanted) {
  const auto body = [](const std::string& nonce) {
    return first_request(
               {"--paceline_nonce=" + nonce, "--paceline_system=", "--paceline_prompt=hi"})
        .body;
  };
  EXPECT_NE(body("none").find(R"("content":"hi")"), std::string::npos);
  EXPECT_NE(body("end").find(R"("content":"hi )"), std::string::npos);
  EXPECT_NE(body("start").find(R"( hi")"), std::string::npos);
  EXPECT_EQ(first_request({"--paceline_system=", "--paceline_prompt=hi"}).body, body("start"));
}

TEST(WorkloadFlagsTest, SyntheticSetsBothLengths) {
  const WorkloadFlags flags = parsed({"--paceline_synthetic=30:7"});
  EXPECT_EQ(flags.generation.prompt.synthetic_tokens, 30U);
  EXPECT_EQ(flags.generation.max_tokens, 7U);
  EXPECT_FALSE(asks({"--paceline_synthetic=30:7"}, "translator"));
  EXPECT_EQ(parsed({"--paceline_shared_prefix=40"}).generation.prompt.shared_prefix_tokens, 40U);
}

TEST(WorkloadFlagsTest, AnOwnLimitGoesBeforeTheSyntheticOne) {
  for (const auto& arguments : {Names{"--paceline_synthetic=30:7", "--paceline_max_tokens=3"},
                                Names{"--paceline_max_tokens=3", "--paceline_synthetic=30:7"}}) {
    EXPECT_EQ(parsed(arguments).generation.max_tokens, 3U);
  }
}

TEST(WorkloadFlagsTest, WrongValuesAreRefusedWithASentence) {
  const auto says = [](const Names& arguments, const Names& words) {
    const std::string why = refusal(arguments);
    for (const std::string& word : words) {
      EXPECT_NE(why.find(word), std::string::npos) << arguments.front() << ": " << why;
    }
  };
  says({"--paceline_workload=chat"}, {"--paceline_workload", "'chat'", "chat/stream"});
  says({"--paceline_workload=chat/stream,,chat/complete"}, {"--paceline_workload"});
  says({"--paceline_workload=requests.jsonl"}, {"'requests.jsonl'", "--paceline_batch"});
  says({"--paceline_nonce=middle"}, {"--paceline_nonce", "middle"});
  says({"--paceline_synthetic=100"}, {"--paceline_synthetic", "'100'", "1000:100"});
  says({"--paceline_synthetic=0:5"}, {"--paceline_synthetic", "'0'"});
  says({"--paceline_shared_prefix=-1"}, {"--paceline_shared_prefix"});
  says({"--paceline_max_tokens=-1"}, {"--paceline_max_tokens"});
  says({"--paceline_min_tokens=-1"}, {"--paceline_min_tokens"});
  says({"--paceline_max_tokens=many"}, {"--paceline_max_tokens"});
  for (const std::string number : {"3", "-1", "nan", "inf", "-nan", "1e999", "warm", "0.5x"}) {
    says({"--paceline_temperature=" + number}, {"--paceline_temperature", number, "from 0 to 2"});
  }
  for (const std::string number : {"nan", "inf", "1e3", "99999999999999999999", "10000001"}) {
    says({"--paceline_max_tokens=" + number}, {"--paceline_max_tokens"});
    says({"--paceline_shared_prefix=" + number}, {"--paceline_shared_prefix"});
    says({"--paceline_synthetic=" + number + ":5"}, {"--paceline_synthetic"});
  }
  says({"--paceline_http_url=host"}, {"--paceline_http_url", "http://"});
}

TEST(WorkloadFlagsTest, WhatDoesNotGoTogetherIsRefusedWithASentence) {
  EXPECT_NE(refusal({"--paceline_http_body=/dev/null"}).find("needs --paceline_http_url"),
            std::string::npos);
  EXPECT_NE(refusal({"--paceline_ignore_eos"}).find("need --paceline_max_tokens"),
            std::string::npos);
  EXPECT_NE(refusal({"--paceline_min_tokens=3"}).find("need --paceline_max_tokens"),
            std::string::npos);
  EXPECT_NE(refusal({"--paceline_min_tokens=3", "--paceline_max_tokens=2"}).find("more than"),
            std::string::npos);
  EXPECT_EQ(refusal({"--paceline_min_tokens=3", "--paceline_synthetic=30:7"}), "");
}

}  // namespace
}  // namespace paceline::programs
