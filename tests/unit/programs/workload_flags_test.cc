#include <gtest/gtest.h>
#include <programs/options.h>
#include <programs/remedy.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "../message_of.h"

namespace paceline::programs {
namespace {

const Api api{"http://host/v1", ""};

/// A program's arguments, the last of a flag counting, as run_program has it.
WorkloadFlags parsed(const std::vector<std::string>& arguments) {
  CLI::App app;
  app.option_defaults()->take_last();
  WorkloadFlags flags;
  add_flags(app, flags);
  std::vector<std::string> reversed;
  for (std::string argument : arguments) {
    const bool is_empty = argument.ends_with('=');
    if (is_empty) argument.pop_back();
    reversed.insert(reversed.begin(), std::move(argument));
    if (is_empty) reversed.insert(reversed.begin(), "");
  }
  app.parse(reversed);
  return flags;
}

std::vector<SelectedWorkload> workloads_of(const std::vector<std::string>& arguments,
                                           const Options& options = {}) {
  auto made = select_workloads(parsed(arguments), options, api);
  EXPECT_EQ(message_of(made), "");
  return made ? std::move(*made) : std::vector<SelectedWorkload>();
}

std::vector<std::string> names_of(const std::vector<std::string>& arguments,
                                  const Options& options = {}) {
  std::vector<std::string> names;
  for (const SelectedWorkload& selected : workloads_of(arguments, options)) {
    names.push_back(selected.workload->describe().name);
  }
  return names;
}

/// The first request of the first workload.
Request first_request(const std::vector<std::string>& arguments) {
  Request request;
  workloads_of(arguments).front().workload->make(0, request);
  return request;
}

bool asks(const std::vector<std::string>& arguments, const std::string& text) {
  const std::string body = first_request(arguments).body;
  EXPECT_EQ(body.find('\n'), std::string::npos);
  return body.find(text) != std::string::npos;
}

/// The sentence that refuses the arguments, whoever finds it.
std::string refusal(const std::vector<std::string>& arguments) {
  try {
    if (const auto made = select_workloads(parsed(arguments), {}, api); !made) {
      return with_remedy(made.error());
    }
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  return {};
}

using Names = std::vector<std::string>;

TEST(WorkloadFlagsTest, MeasuresWholeChatUnlessAsked) {
  EXPECT_EQ(names_of({}), (Names{"chat/complete"}));
  EXPECT_EQ(names_of({"--paceline_workload="}), (Names{"chat/complete"}));
}

TEST(WorkloadFlagsTest, MeasuresEachWorkloadByName) {
  const Names all{"chat/complete",      "chat/stream",        "completions/complete",
                  "completions/stream", "responses/complete", "responses/stream",
                  "messages/complete",  "messages/stream",    "embeddings/create"};
  EXPECT_EQ(names_of({"--paceline_workload=chat/complete,chat/stream,completions/complete,"
                      "completions/stream,responses/complete,responses/stream,"
                      "messages/complete,messages/stream,embeddings/create"}),
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
  options.url = "http://api/v1";
  EXPECT_EQ(names_of({url}, options), (Names{"chat/complete", "http/get"}));
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
  says({"--paceline_synthetic=0:5"}, {"--paceline_synthetic", "'0:5'"});
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

TEST(WorkloadFlagsTest, ABodyIsARegularFileOfABoundedSize) {
  const auto says = [](const std::string& path, const std::string& words) {
    const std::string why =
        refusal({"--paceline_http_url=http://host/", "--paceline_http_body=" + path});
    EXPECT_NE(why.find("--paceline_http_body: " + path), std::string::npos) << why;
    EXPECT_NE(why.find(words), std::string::npos) << why;
  };
  says("/dev/zero", "not a regular file");
  says("/no/such/file", "cannot be opened");
  says("/tmp", "is a folder");
  const std::string path =
      std::filesystem::temp_directory_path() / ("workload_flags_body." + std::to_string(getpid()));
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  says(path, "not a regular file");
  std::filesystem::remove(path);
  std::ofstream(path) << "{}";
  std::filesystem::resize_file(path, (64U << 20U) + 1);
  says(path, "has 65 MiB");
  std::filesystem::remove(path);
}

class BatchFlagTest : public testing::Test {
 protected:
  ~BatchFlagTest() override { std::filesystem::remove(path_); }

  std::string path_ = std::filesystem::temp_directory_path() /
                      ("workload_flags_test." + std::to_string(getpid()) + ".jsonl");
  std::string flag_ = "--paceline_batch=" + path_;
  std::string line_ = R"({"custom_id":"a","method":"POST","url":"/v1/chat/completions",)"
                      R"("body":{"model":"m","messages":[]}})";
};

TEST_F(BatchFlagTest, MeasuresTheFilesRequests) {
  std::ofstream(path_) << line_ << '\n';
  const auto workloads = workloads_of({flag_});
  ASSERT_EQ(workloads.size(), 1U);
  EXPECT_EQ(workloads[0].size, 1U);
  Request request;
  workloads[0].workload->make(0, request);
  EXPECT_EQ(request.name, "a");
  EXPECT_EQ(request.url, "http://host/v1/chat/completions");
  EXPECT_EQ(names_of({flag_, "--paceline_workload=chat/stream"}),
            (Names{"chat/stream", "batch/replay"}));
}

TEST_F(BatchFlagTest, ABadLineIsASentence) {
  std::ofstream(path_) << line_ << "\n{}\n";
  EXPECT_TRUE(refusal({flag_}).starts_with(path_ + ":2: custom_id")) << refusal({flag_});
  EXPECT_NE(refusal({"--paceline_batch=/no/such.jsonl"}).find("/no/such.jsonl"), std::string::npos);
}

TEST_F(BatchFlagTest, TheSentenceOfAServerInALineNamesTheFlag) {
  std::ofstream(path_) << R"({"custom_id":"a","method":"POST","url":"http://h/v1/responses"})";
  EXPECT_EQ(refusal({flag_}), path_ +
                                  ":1: url \"http://h/v1/responses\" names a server; give only the "
                                  "path of the URL, and name the server with --paceline_url");
}

}  // namespace
}  // namespace paceline::programs
